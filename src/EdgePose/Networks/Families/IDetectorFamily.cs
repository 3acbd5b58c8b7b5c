using EdgePose.Domain;

namespace EdgePose.Networks.Families;

/// <summary>Networks that find people and nothing else.</summary>
internal interface IDetectorFamily : IModelFamily
{
    IDetectorDecoder Decoder(ModelDescriptor descriptor);
}
