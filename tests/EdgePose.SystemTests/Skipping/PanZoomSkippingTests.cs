using System.Globalization;
using EdgePose.Config;
using EdgePose.Domain;
using EdgePose.Evaluation.Data;
using EdgePose.Hosting;
using EdgePose.Inference;
using EdgePose.Inference.BottomUp;
using EdgePose.Inference.Detectors;
using EdgePose.Inference.TopDown;
using EdgePose.TestSupport;
using Xunit.Abstractions;

namespace EdgePose.SystemTests.Skipping;

public sealed class PanZoomSkippingTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-skipping-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("pp-tinypose-256x192", "rtmdet-nano-person")]
    [InlineData("litepose-m", "")]
    public async Task Table(string model, string detector)
    {
        var (clips, models) = (Repo.Shared("media/panzoom"), Repo.Shared("models"));
        var config = await LoadAsync(models, model, detector);
        var stream = config.Streams[0];
        using var store = ModelStore.Load(config.Models.Folders, Mapping.Inference(config.Inference, ""));
        var (pose, finder) = ConfigCheck.Resolve(stream, store.Catalog);
        var skeleton = Skeletons.Get(pose.Skeleton);
        var names = (Environment.GetEnvironmentVariable("CLIPS") ?? "dinner,skate,tennis").Split(',');
        var only = Environment.GetEnvironmentVariable("VARIANTS");
        var sums = new SortedDictionary<string, List<double>>();
        foreach (var name in names)
        {
            IPoseEstimator Make() => finder is null
                ? new BottomUpEstimator(store.Open(pose), skeleton, Mapping.BottomUp(stream.Pose, tracked: true))
                : new TopDownEstimator(new PersonDetector(store.Open(finder), stream.Pose.DetectorScore), store.Open(pose), skeleton, Mapping.TopDown(stream, tracked: true));
            var remembered = finder is null ? new RememberedPoses(Make()) : null;
            var estimator = remembered ?? Make();
            remembered?.Load("/tmp/poses-" + name);
            var frames = await ClipFrames.ReadAsync(Path.Combine(clips, name + ".mp4"), estimator.PreferredFrame);
            var truth = DatasetReader.Read(Path.Combine(clips, name + ".gt.json"));
            Assert.Equal(truth.Images.Count, frames.Count);
            var run = new SkippingRun(truth, frames, Mapping.Tracker(config.Tracking, stream, pose.Decode.JointThreshold), Mapping.Skipping(stream, config.Tracking, pose.Decode.JointThreshold));
            var known = new Dictionary<string, double> { ["dinner"] = .592, ["skate"] = .353, ["tennis"] = .635 };
            var full = finder is not null && Environment.GetEnvironmentVariable("KNOWN") is not null ? new SkippingFigures(known[name], 0, 0) : run.Measure(remembered ?? Make(), 1, Between.Flow);
            Write("N=1", full);
            remembered?.Save("/tmp/poses-" + name);
            if (Environment.GetEnvironmentVariable("ADAPT") is null) foreach (var period in (int[])[3, 6])
            {
                foreach (var between in Enum.GetValues<Between>())
                {
                    if (only is null || only.Contains(between.ToString())) { Write($"N={period} {between}", run.Measure(remembered ?? Make(), period, between)); }
                }
            }
            if (Environment.GetEnvironmentVariable("ADAPT") is not null)
            {
                Write("adaptive", run.Measure(remembered ?? Make(), 1, Between.Flow, adaptive: true));
                continue;
            }
            if (only is null) { Write("adaptive", run.Measure(remembered ?? Make(), 1, Between.Flow, adaptive: true)); }

            void Write(string what, SkippingFigures f)
            {
                if (!sums.TryGetValue(what, out var list)) { sums[what] = list = []; }
                list.Add(f.Ap / full.Ap);
                Say(string.Create(CultureInfo.InvariantCulture, $"{model,-22} {name,-7} {what,-14} AP {f.Ap:0.000}  ratio {f.Ap / full.Ap:0.000}   det/frame {f.DetectorRuns:0.00} pose/frame {f.PoseRuns:0.00} {run.Counts}"));
            }
        }
        foreach (var (what, list) in sums) { Say(string.Create(CultureInfo.InvariantCulture, $"{model,-22} mean    {what,-14} ratio {list.Average():0.000}")); }
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("TABLE") is { } path) { File.AppendAllText(path, line + "\n"); }
    }

    private async Task<EdgePoseConfig> LoadAsync(string models, string model, string detector)
    {
        var path = Path.Combine(_folder, "edgepose.yaml");
        await File.WriteAllTextAsync(path, $$"""
            node: test
            models: { folders: [{{models}}] }
            pose: { model: {{model}}{{(detector.Length > 0 ? ", detector: " + detector : "")}} }
            streams: { clip: { url: rtsp://camera.lan/1 } }
            """);
        var result = ConfigLoader.Load(path);
        Assert.True(result.Config is not null, string.Join('\n', result.Problems));
        return result.Config;
    }
}
