namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>How a node's values are held.</summary>
internal enum Precision
{
    Float,
    Narrow,

    /// <summary>16 bits.</summary>
    Wide,
}
