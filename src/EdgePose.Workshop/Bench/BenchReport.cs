using System.Text.Json.Serialization;
using EdgePose.Service;
using EdgePose.Service.Observe;

namespace EdgePose.Workshop.Bench;

/// <summary>Where and how it was measured: only reports of one setup can be compared.</summary>
internal sealed record BenchSetup(
    string Source, string Model, string Detector, IReadOnlyList<ModelPlace> Models, int Threads, int Streams, double Fps, double Seconds, int? People);

internal sealed record BenchMachine(string Cpu, int Cores, string Os, string Runtime, string Onnxruntime, string Ffmpeg);

/// <summary>Milliseconds of the frames of a run.</summary>
internal sealed record Spread(double P50, double P95, double P99, double Mean);

/// <summary>Milliseconds that frames spent in a stage, over the frames that needed it.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Frames">Frames that needed it.</param>
/// <param name="Ms">Milliseconds per such frame.</param>
/// <param name="Share">Part of all the time on the inference thread, 0..1.</param>
internal sealed record StageCost(string Stage, int Frames, Spread Ms, double Share);

/// <summary>Frames per second that the inference thread could do with this many people in view.</summary>
/// <param name="People">People in view.</param>
/// <param name="Fps">1 / mean time per frame.</param>
/// <param name="Frames">Frames behind the figure.</param>
/// <param name="How">seen: people in the clip; boxes: the pose network got this many boxes.</param>
internal sealed record PeopleCost(int People, double Fps, int Frames, string How);

/// <summary>Percent of one core, so that 200 is two cores.</summary>
internal sealed record CpuUse(double Daemon, double Ffmpeg, double DaemonMsPerFrame, double FfmpegMsPerFrame);

internal sealed record MemoryUse(long RssPeak, long RssEnd, long FfmpegRss);

/// <summary>One run of some streams at some rate.</summary>
internal sealed record LoadRun
{
    public required int Streams { get; init; }
    public required double Fps { get; init; }
    public required double Seconds { get; init; }
    public required IReadOnlyList<double> FpsPerStream { get; init; }

    /// <summary>Fairness of <see cref="FpsPerStream"/>: 1 = all equal, 1/n = one stream has everything.</summary>
    public required double Jain { get; init; }
    public required long Received { get; init; }
    public required long Processed { get; init; }
    public required IReadOnlyList<Count> Dropped { get; init; }
    public required Spread FrameAgeMs { get; init; }

    /// <summary>Time of a frame on the inference thread.</summary>
    public required Spread ServiceMs { get; init; }
    public required IReadOnlyList<StageCost> Stages { get; init; }
    public required CpuUse CpuPercent { get; init; }
    public required MemoryUse Memory { get; init; }

    /// <summary>Bytes that the inference thread allocates per frame.</summary>
    public required double AllocatedBytesPerFrame { get; init; }

    /// <summary>Mean power of the machine; absent where it cannot be read.</summary>
    public double? Watts { get; init; }
    public required IReadOnlyList<PeopleCost> ByPeople { get; init; }

    /// <summary>True when nothing was lost for want of time: see <see cref="CapacitySearch"/>.</summary>
    public required bool Carried { get; init; }
}

/// <summary>The whole pipeline against the bare networks, as fast as possible, in turns on the same thread.</summary>
/// <param name="Ratio">Median over the rounds of: time of the same runs of the networks alone / time of the pipeline.</param>
/// <param name="CpuRatio">The same for processor time, ffmpeg's included: what is left when nothing waits for anything.</param>
/// <param name="PipelineFps">Frames per second of the pipeline, median of the rounds.</param>
/// <param name="RawFps">Frames per second of the bare networks with as many runs, median of the rounds.</param>
/// <param name="DecodeOnlyFps">Frames per second that ffmpeg delivers when nothing is done with them; absent for synthetic frames.</param>
/// <param name="PeopleMean">People per frame, on average.</param>
/// <param name="Rounds">Number of rounds.</param>
/// <param name="Runs">Runs of the networks per frame, by model and input size.</param>
internal sealed record Efficiency(
    double Ratio, double CpuRatio, double PipelineFps, double RawFps, double? DecodeOnlyFps, double PeopleMean, int Rounds, IReadOnlyList<NetworkRuns> Runs);

internal sealed record NetworkRuns(string Model, string Input, double PerFrame);

/// <summary>How many streams the machine carries.</summary>
/// <param name="Streams">The largest number that was carried in a run; 0 when not even one was.</param>
/// <param name="Fps">At this rate.</param>
/// <param name="FrameAgeP99Ms">Of that run.</param>
/// <param name="How">The runs behind the figure.</param>
internal sealed record Capacity(int Streams, double Fps, double FrameAgeP99Ms, string How);

/// <summary>Everything that <c>edgepose bench</c> found.</summary>
internal sealed record BenchReport
{
    public const string SchemaName = "edgepose.bench/1";

    public string Schema { get; init; } = SchemaName;
    public required string Version { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required BenchMachine Machine { get; init; }
    public required BenchSetup Setup { get; init; }
    public required LoadRun Load { get; init; }
    public required Efficiency Efficiency { get; init; }
    public Capacity? Capacity { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
    public required string Answer { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
