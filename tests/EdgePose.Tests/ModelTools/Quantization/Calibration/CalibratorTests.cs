using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Calibration;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Numbers;
using EdgePose.ModelTools.Quantization.Settings;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization.Calibration;

public sealed class CalibratorTests
{
    private static readonly ModelProto Model = SmallNetwork.Build([-1, 3, -1, -1], (n, x) => n.Conv(n.Graph.Node("Relu", "relu", [n.Conv(x, "a", 3, 4, 3)]), "b", 4, 2, 1));
    private static readonly IReadOnlyList<GraphInput> Pictures = [.. SmallNetwork.Pictures(3, 1, 3, 10, 6), .. SmallNetwork.Pictures(2, 2, 3, 6, 8)];

    [Fact]
    public void Run_MinMax_IsTheRangeOfAllValues()
    {
        var statistics = Calibrate(CalibrationMethod.MinMax);
        foreach (var name in (string[])["image", "a", "relu", "y"]) { Assert.Equal(ValueRange.Of([.. Values(name).SelectMany(v => v)]), statistics[name].Observed); }
    }

    [Fact]
    public void Run_MovingAverage_BlendsInputByInput()
    {
        var statistics = Calibrate(CalibrationMethod.MovingAverage)["a"];
        var ranges = Values("a").Select(v => ValueRange.Of(v)).ToList();
        var (min, max) = (ranges[0].Min, ranges[0].Max);
        foreach (var range in ranges.Skip(1)) { (min, max) = (min + (0.01f * (range.Min - min)), max + (0.01f * (range.Max - max))); }
        Assert.Equal(min, statistics.Averaged.Min, 1e-6f);
        Assert.Equal(max, statistics.Averaged.Max, 1e-6f);
    }

    [Theory]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.Mse)]
    public void Run_HistogramMethods_CountEveryValueOnce(CalibrationMethod method)
    {
        var histogram = Calibrate(method)["relu"].Histogram!;
        var values = Values("relu").SelectMany(v => v).ToArray();
        Assert.Equal(values.Length, histogram.Total);
        Assert.Equal(values.Count(v => v == 0), histogram.Zeros);
        Assert.InRange(histogram.High, values.Max(), values.Max() + 1e-6f);
    }

    [Fact]
    public void Run_Means_AreThoseOfTheChannels()
    {
        var means = Calibrate(CalibrationMethod.MinMax, means: true)["image"].ChannelMeans;
        var sums = new double[3];
        foreach (var picture in Pictures)
        {
            var inner = picture.Values.Length / (int)(picture.Shape[0] * 3);
            for (var i = 0; i < picture.Values.Length; i++) { sums[i / inner % 3] += picture.Values.Span[i]; }
        }
        var count = Pictures.Sum(p => p.Values.Length) / 3.0;
        for (var c = 0; c < 3; c++) { Assert.Equal(sums[c] / count, means[c], 1e-9); }
    }

    [Fact]
    public void Run_Progress_NamesEachPassAndInput()
    {
        var seen = new List<QuantizationProgress>();
        Calibrate(CalibrationMethod.Mse, progress: new Recorder(seen));
        Assert.Equal(Enumerable.Range(1, 5).Select(i => new QuantizationProgress("ranges", i, 5)).Concat(Enumerable.Range(1, 5).Select(i => new QuantizationProgress("histograms", i, 5))), seen);
    }

    [Fact]
    public void Run_Cancelled_StopsBeforeTheNextRun()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<QuantizationProgress>();
        Assert.Throws<OperationCanceledException>(() => Calibrate(CalibrationMethod.MinMax, progress: new Recorder(seen, stop), stop: stop.Token));
        Assert.Single(seen);
    }

    [Fact]
    public void Calibrate_ValueThatIsNotFinite_IsNamed()
    {
        var model = SmallNetwork.Build([1, 3, 4, 4], (n, x) => n.Conv(n.Graph.Node("Log", "log", [x]), "c", 3, 2, 1));
        var error = Assert.Throws<ModelToolsException>(() => SmallNetwork.Open(model, new QuantizationSettings(), SmallNetwork.Pictures(2, 1, 3, 4, 4)));
        Assert.Contains("'log'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calibrate_NoInput_IsAnError()
    {
        var quantizer = Quantizer.Open(Model.ToByteArray(), "net.onnx", new QuantizationSettings(), SmallNetwork.Runner, Pictures[0]);
        Assert.Throws<ModelToolsException>(() => quantizer.Calibrate([], null, CancellationToken.None));
        Assert.Throws<ModelToolsException>(() => quantizer.Write());
    }

    private static IReadOnlyDictionary<string, TensorStatistics> Calibrate(
        CalibrationMethod method, bool means = false, IProgress<QuantizationProgress>? progress = null, CancellationToken stop = default)
    {
        var facts = TensorFacts.Find(Model, "test", SmallNetwork.Runner, Pictures[0]);
        return new Calibrator(Model, facts, "test", new QuantizationSettings(), method, means, SmallNetwork.Runner)
            .Run(["image", "a", "relu", "y"], Pictures, progress, stop);
    }

    /// <summary>All values of one name, picture by picture.</summary>
    private static List<float[]> Values(string name) => name == "image" ? [.. Pictures.Select(p => p.Values.ToArray())]
        : [.. Pictures.Select(p => SmallNetwork.Run(TensorFacts.WithOutputs(Model, [name]), p)[name].Values)];

    private sealed class Recorder(List<QuantizationProgress> seen, CancellationTokenSource? stop = null) : IProgress<QuantizationProgress>
    {
        public void Report(QuantizationProgress value)
        {
            seen.Add(value);
            stop?.Cancel();
        }
    }
}
