using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>Turns what calibration saw of a value into the range that its codes are laid over.</summary>
internal static class RangeRule
{
    public static ValueRange Find(TensorStatistics seen, CalibrationMethod method, QuantizationSettings settings, IntegerType type, bool symmetric)
    {
        if (seen.Observed.IsEmpty) { return new ValueRange(0, 0); }
        // With 65536 codes clipping saves nothing.
        if (type.Is16Bit() || seen.Histogram is null) { return method == CalibrationMethod.MovingAverage ? seen.Averaged : seen.Observed; }
        var (min, max) = type.Range(symmetric, reduced: false);
        return method switch
        {
            CalibrationMethod.Percentile => PercentileRange.Find(seen.Histogram, seen.Observed, settings.Percentile, symmetric),
            CalibrationMethod.Entropy => EntropyRange.Find(seen.Histogram, seen.Observed),
            CalibrationMethod.Mse => MseRange.Find(seen.Histogram, seen.Observed, max - min + 1, symmetric),
            _ => seen.Observed,
        };
    }
}
