using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>Networks that measure one person in a crop.</summary>
internal interface ITopDownFamily : IModelFamily
{
    IPoseDecoder Decoder(ModelDescriptor descriptor);

    void IModelFamily.TryDecode(ModelDescriptor descriptor, int joints, Binding binding)
    {
        if (joints > 0) { Decoder(descriptor).Decode(binding, 0, new Placement(1, 1, 0, 0), new Keypoint[joints]); }
    }
}
