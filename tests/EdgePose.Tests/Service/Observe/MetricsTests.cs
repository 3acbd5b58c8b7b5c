using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;
using EdgePose.Service.Observe;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Service.Observe;

public sealed class MetricsTests
{
    private readonly FakeTimeProvider _time = new();

    internal static StreamSnapshot Stream(string id, long received = 100, long processed = 60, long inFlight = 1) => new()
    {
        Id = id, State = StreamState.Online, Since = DateTimeOffset.UnixEpoch, Reason = "", LastError = "no frame for 5 s", Epoch = 2, Reconnects = 1,
        Width = 640, Height = 480, Codec = "h264", Decoder = "h264", FpsIn = 10, FpsProcessed = 6, FpsDropped = 4, FrameAgeP50Ms = 80, FrameAgeP99Ms = 190,
        People = 3, Received = received, Processed = processed, InFlight = inFlight,
        Dropped = [new("no_buffer", 2), new("newer_frame", received - processed - inFlight - 2), new("failed", 0)], DecodeErrors = 5,
        Restarts = [new("stalled", 1)],
    };

    internal static NodeSnapshot Node(params StreamSnapshot[] streams) => new()
    {
        Node = "hall", Version = "1.2.3", Time = DateTimeOffset.UnixEpoch, UptimeSeconds = 12.5, State = "degraded", Reasons = ["stream back: stalled"],
        Broker = new BrokerSnapshot("connected", "", 4, 1000, [new("rate_limited", 7)], 0), Models = [new("litepose-m", "cpu")],
        InferenceP99Ms = 80, RssBytes = 123_456_789, CpuSeconds = 1.25, Streams = streams,
    };

    private PrometheusText Page(Metrics metrics, Action? between = null)
    {
        using var page = new PrometheusPage(metrics);
        between?.Invoke();
        return PrometheusText.Parse(page.Write());
    }

    [Fact]
    public void Page_OfTwoStreams_HasEveryFigureAndTheIdentityHolds()
    {
        using var metrics = new Metrics();
        metrics.ReadFrom(() => Node(Stream("front"), Stream("back", 50, 20, 0)));
        var page = Page(metrics);
        foreach (var id in new[] { "front", "back" })
        {
            Assert.Equal(
                page.Value("edgepose_frames_received_total", ("stream", id)),
                page.Value("edgepose_frames_processed_total", ("stream", id)) + page.Sum("edgepose_frames_dropped_total", ("stream", id))
                + page.Value("edgepose_frames_in_flight", ("stream", id)));
            Assert.Equal(1, page.Value("edgepose_stream_state", ("stream", id), ("state", "online")));
            Assert.Equal(1, page.Sum("edgepose_stream_state", ("stream", id)));
        }
        Assert.Equal(2, page.Value("edgepose_frames_dropped_total", ("stream", "front"), ("reason", "no_buffer")));
        Assert.Equal(1, page.Value("edgepose_inference_provider_info", ("provider", "cpu"), ("model", "litepose-m")));
        Assert.Equal(1, page.Value("edgepose_status", ("state", "degraded")));
        Assert.Equal((1, 4, 1000, 7), (page.Value("edgepose_mqtt_connected"), page.Value("edgepose_mqtt_queued"), page.Value("edgepose_mqtt_published_total"), page.Sum("edgepose_mqtt_dropped_total")));
        Assert.Equal((1.25, 123_456_789), (page.Value("process_cpu_seconds_total"), page.Value("process_resident_memory_bytes")));
        Assert.All(page.Types.Keys, name => Assert.Matches("^(edgepose|process)_", name));
    }

    [Fact]
    public void Page_StreamRemoved_ItsSeriesDisappear()
    {
        using var metrics = new Metrics();
        using var page = new PrometheusPage(metrics);
        metrics.ReadFrom(() => Node(Stream("front"), Stream("back")));
        Assert.Contains("stream=\"back\"", page.Write(), StringComparison.Ordinal);
        metrics.ReadFrom(() => Node(Stream("front")));
        Assert.DoesNotContain("stream=\"back\"", page.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_EveryObservedValue_IsOfOneMoment()
    {
        using var metrics = new Metrics();
        var taken = 0;
        metrics.ReadFrom(() => Node(Stream("front", received: 100 + ++taken)));
        Page(metrics);
        Assert.Equal(1, taken);
    }

    [Fact]
    public void Page_BeforeAPipelineRuns_IsEmptyButValid()
    {
        using var metrics = new Metrics();
        using var page = new PrometheusPage(metrics);
        Assert.Equal("", page.Write());
    }

    [Fact]
    public void Processed_FillsTheHistogramsByStreamAndStage()
    {
        using var metrics = new Metrics();
        metrics.ReadFrom(() => Node());
        var clock = new StageClock(_time);
        var observer = new StreamObserver("front", clock, metrics, _time);
        var page = Page(metrics, () =>
        {
            foreach (var poseMs in new[] { 40, 60, 3000 })
            {
                var captured = _time.GetTimestamp();
                _time.Advance(TimeSpan.FromMilliseconds(10));
                observer.Begin();
                _time.Advance(TimeSpan.FromMilliseconds(2));
                clock.Enter(FrameStage.Pose);
                _time.Advance(TimeSpan.FromMilliseconds(poseMs));
                observer.Enter(FrameStage.Publish);
                observer.End(new FrameInfo("front", 1, 0, captured, default), people: 4);
            }
            metrics.Published(TimeSpan.FromMilliseconds(3));
        });
        Assert.Equal(4, observer.People);
        Assert.Equal((3, 3), (page.Value("edgepose_stage_duration_seconds_count", ("stage", "pose")), page.Value("edgepose_frame_age_seconds_count", ("stream", "front"))));
        Assert.Equal(3.1, page.Value("edgepose_stage_duration_seconds_sum", ("stage", "pose")), 6);
        Assert.Equal(3.136, page.Value("edgepose_frame_age_seconds_sum", ("stream", "front")), 6);
        Assert.Equal(1, page.Value("edgepose_stage_duration_seconds_bucket", ("stage", "pose"), ("le", "0.05")));
        Assert.Equal(2, page.Value("edgepose_stage_duration_seconds_bucket", ("stage", "pose"), ("le", "2.5")));
        Assert.Equal(3, page.Value("edgepose_stage_duration_seconds_bucket", ("stage", "preprocess"), ("le", "0.0025")));
        // A detector that did not run, and a publish that took no time, are no measurements.
        Assert.DoesNotContain(page.Samples, s => s.Labels.TryGetValue("stage", out var stage) && stage is "detector" or "publish");
        Assert.Equal(1, page.Value("edgepose_mqtt_publish_duration_seconds_count"));
    }

    [Fact(DisableParallelization = true)]
    public void Processed_WhileThePageListens_AllocatesNothing()
    {
        using var metrics = new Metrics();
        using var page = new PrometheusPage(metrics);
        var clock = new StageClock(TimeProvider.System);
        var observer = new StreamObserver("front", clock, metrics, TimeProvider.System);
        Frames(300);
        Assert.Equal(0, Allocations.OfBestRound(() => Frames(1000)));

        void Frames(int count)
        {
            for (var i = 0; i < count; i++)
            {
                observer.Begin();
                for (var stage = FrameStage.Preprocess; stage <= FrameStage.Publish; stage++) { observer.Enter(stage); }
                observer.End(new FrameInfo("front", 1, i, TimeProvider.System.GetTimestamp(), default), 2);
            }
        }
    }
}
