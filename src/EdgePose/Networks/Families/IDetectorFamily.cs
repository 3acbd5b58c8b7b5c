using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>Networks that find people and nothing else.</summary>
internal interface IDetectorFamily : IModelFamily
{
    IDetectorDecoder Decoder(ModelDescriptor descriptor);

    void IModelFamily.TryDecode(ModelDescriptor descriptor, int joints, Binding binding) =>
        Decoder(descriptor).Decode(binding, descriptor.Decode.ScoreThreshold, []);
}
