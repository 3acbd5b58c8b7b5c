using EdgePose.Domain;

namespace EdgePose.Networks.Runtime;

/// <summary>A loaded network as the estimators see it: ONNX Runtime's session in the product, a scripted one in tests.</summary>
internal interface INetwork
{
    ModelDescriptor Descriptor { get; }

    /// <summary>Most pictures that one run takes with gain; 1 where batches gain nothing or the file has a fixed batch. A power of two.</summary>
    int MaxBatch => 1;

    /// <summary>The file takes one input size only.</summary>
    bool IsFixedSize => false;

    /// <summary>The buffers for an input shape; the same instance for the same shape, so that streams of one device share them.</summary>
    Binding Bind(int batch, int height, int width);
}
