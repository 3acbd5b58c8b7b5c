using System.Buffers;
using BenchmarkDotNet.Attributes;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Preprocessing;
using EdgePose.People.Tracking;
using EdgePose.Sinks.Mqtt;
using EdgePose.Tests.Networks.Families.LitePose;

namespace EdgePose.Benchmarks;

/// <summary>What the processor does per frame around the networks: pre-processing, decoding, tracking, payload. Synthetic people, ten in view.</summary>
[MemoryDiagnoser]
public class FrameWork : IDisposable
{
    private const int People = 10;

    private readonly Frame _frame = new(1280, 720);
    private readonly ModelInput _letterbox = new()
    {
        Width = 416, Height = 416, Layout = TensorLayout.Nchw, Colour = ColourOrder.Bgr, Resize = ResizeRule.Letterbox, PadValue = 114,
    };

    private readonly SyntheticOutputs _outputs = SyntheticOutputs.Crowd(joints: 14, 448, 448, People);
    private readonly PoseList _poses = new(14);
    private readonly TrackedPoseList _tracked = new(14);
    private readonly ArrayBufferWriter<byte> _payload = new(1 << 16);
    private Preprocess _preprocess = null!;
    private AssociativeDecoder _fast = null!, _accurate = null!;
    private Tracker _tracker = null!;
    private PosesWriter _writer = null!;
    private float[] _input = null!;
    private double _seconds;

    [GlobalSetup]
    public void SetUp()
    {
        new Random(1).NextBytes(_frame.Pixels);
        _preprocess = new Preprocess(_letterbox);
        _input = new float[3 * 416 * 416];
        _fast = new AssociativeDecoder(Skeletons.CrowdPose14, new BottomUpOptions { Profile = DecodeProfile.Fast });
        _accurate = new AssociativeDecoder(Skeletons.CrowdPose14, new BottomUpOptions { Profile = DecodeProfile.Accurate });
        _tracker = new Tracker(Skeletons.CrowdPose14, new TrackerSettings());
        _writer = new PosesWriter("bench", TimeProvider.System, static () => true);
        _poses.Clear();
        _fast.Decode(_outputs.Stages, _poses);
        if (_poses.Count < People) { throw new InvalidOperationException($"the scene shows {_poses.Count} people, {People} are wanted"); }
        _tracker.Update(_poses, 1, 0, _tracked);
    }

    public void Dispose()
    {
        _frame.Dispose();
        _writer?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Description = "letterbox 1280x720 to 416, BGR planes")]
    public void Letterbox() => _preprocess.Resize<float>(_frame, 416, 234, 416, 416, _input);

    [Benchmark(Description = "AE decode 448, fast")]
    public int DecodeFast() { _poses.Clear(); _fast.Decode(_outputs.Stages, _poses); return _poses.Count; }

    [Benchmark(Description = "AE decode 448, accurate")]
    public int DecodeAccurate() { _poses.Clear(); _accurate.Decode(_outputs.Stages, _poses); return _poses.Count; }

    [Benchmark(Description = "track 10 people")]
    public int Track()
    {
        _tracker.Update(_poses, 1, _seconds += 0.1, _tracked);
        return _tracked.Count;
    }

    [Benchmark(Description = "poses payload, 10 people")]
    public int Payload()
    {
        _payload.ResetWrittenCount();
        var info = new FrameInfo("bench", 1, 1, 0, DateTimeOffset.UnixEpoch);
        _writer.Write(new PoseReport(info, 448, 448, Skeletons.CrowdPose14, "bench", _tracked), _payload);
        return _payload.WrittenCount;
    }
}
