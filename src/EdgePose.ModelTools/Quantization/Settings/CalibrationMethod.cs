namespace EdgePose.ModelTools.Quantization.Settings;

/// <summary>How the range of an activation is found from what calibration saw.</summary>
public enum CalibrationMethod
{
    /// <summary>Smallest and largest value of all inputs.</summary>
    MinMax,

    /// <summary>Per-input smallest and largest value, averaged exponentially.</summary>
    MovingAverage,

    /// <summary>The range that holds a given share of the values.</summary>
    Percentile,

    /// <summary>The clipping with the least Kullback-Leibler divergence between float and quantized values.</summary>
    Entropy,

    /// <summary>The clipping with the least mean squared error.</summary>
    Mse,
}
