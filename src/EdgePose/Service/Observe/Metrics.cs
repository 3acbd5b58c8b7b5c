using System.Diagnostics.Metrics;
using EdgePose.Networks.Runtime;

namespace EdgePose.Service.Observe;

/// <summary>
/// Every instrument of the daemon, all of <c>Meter("EdgePose")</c>, so that the Prometheus page and any other listener
/// (<c>dotnet-counters</c>, a collector) see the same. Labels are streams, reasons, states, stages and models: nothing that grows with
/// time, no address, no identity of a person. One per process: a reload exchanges only what is read.
/// </summary>
internal sealed partial class Metrics : IDisposable
{
    public const string MeterName = "EdgePose", StreamLabel = "stream";

    private static readonly KeyValuePair<string, object?>[] StageLabels =
        [.. Enum.GetValues<FrameStage>().Select(s => new KeyValuePair<string, object?>("stage", Words.Snake(s)))];

    private readonly Histogram<double> _age, _stages, _publish;
    private readonly Lock _gate = new();
    private Func<NodeSnapshot>? _take;
    private NodeSnapshot? _held;

    public Metrics()
    {
        Meter = new Meter(MeterName);
        _age = Seconds("edgepose_frame_age_seconds", "Age of processed frames, from capture to the end of processing", 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10);
        _stages = Seconds("edgepose_stage_duration_seconds", "Time that a frame takes in each stage of the inference thread",
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5);
        _publish = Seconds("edgepose_mqtt_publish_duration_seconds", "Time from handing a message over to the answer of the broker (QoS 1) or to its being sent (QoS 0)",
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
        ObserveStreams();
        ObserveNode();
    }

    public Meter Meter { get; }

    /// <summary>What the observed values are read from; null = there is no pipeline.</summary>
    public void ReadFrom(Func<NodeSnapshot>? take)
    {
        lock (_gate) { _take = take; }
    }

    /// <summary>Runs <paramref name="read"/> while every observed value comes from one and the same snapshot.</summary>
    public void AtOneMoment(Action read)
    {
        lock (_gate)
        {
            _held = _take?.Invoke();
            try { read(); }
            finally { _held = null; }
        }
    }

    /// <summary>A processed frame. On the inference thread; costs next to nothing while nobody listens.</summary>
    public void Processed(KeyValuePair<string, object?> stream, TimeSpan age, StageClock clock)
    {
        if (_age.Enabled) { _age.Record(age.TotalSeconds, stream); }
        if (!_stages.Enabled) { return; }
        for (var i = 0; i < StageLabels.Length; i++)
        {
            // A stage that the frame skipped would only pull the figures down.
            if (clock[(FrameStage)i] is { Ticks: > 0 } spent) { _stages.Record(spent.TotalSeconds, StageLabels[i]); }
        }
    }

    public void Published(TimeSpan took) => _publish.Record(took.TotalSeconds);

    private Histogram<double> Seconds(string name, string what, params double[] bounds) =>
        Meter.CreateHistogram(name, "s", what, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private NodeSnapshot? Now()
    {
        lock (_gate) { return _held ?? _take?.Invoke(); }
    }

    public void Dispose() => Meter.Dispose();
}
