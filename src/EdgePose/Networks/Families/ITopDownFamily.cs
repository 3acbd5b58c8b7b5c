using EdgePose.Domain;

namespace EdgePose.Networks.Families;

/// <summary>Networks that measure one person in a crop.</summary>
internal interface ITopDownFamily : IModelFamily
{
    IPoseDecoder Decoder(ModelDescriptor descriptor);
}
