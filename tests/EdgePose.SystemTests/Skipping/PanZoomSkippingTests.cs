using System.Globalization;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.SystemTests.Skipping;

/// <summary>
/// What skipping costs on real people before a moving camera, with real networks: accuracy of what is published at every frame, against the
/// exact joints, as a share of that at full rate. Five seconds of one clip; EDGEPOSE_SKIPPING_TABLE=1 measures every clip, model and method,
/// which takes ten minutes.
/// </summary>
[Trait("Category", "Long")]
public sealed class PanZoomSkippingTests(ITestOutputHelper output)
{
    private static bool Everything => Environment.GetEnvironmentVariable("EDGEPOSE_SKIPPING_TABLE") == "1";

    [Theory]
    [InlineData("pp-tinypose-256x192", "rtmdet-nano-person")]
    [InlineData("litepose-m", "")]
    public async Task Poses_MeasuredEveryNthFrame_ArePublishedNearlyAsWellAtEveryFrame(string model, string detector)
    {
        Assert.SkipUnless(Everything || detector.Length > 0, "measured with EDGEPOSE_SKIPPING_TABLE=1");
        string[] clips = Everything ? ["dinner", "skate", "tennis"] : ["dinner"];
        Between[] methods = Everything ? [Between.Flow, Between.Velocity, Between.Hold] : [Between.Flow, Between.Hold];
        var ratios = new Dictionary<(int Period, Between Between), List<double>>();
        using var stages = new RealStages(model, detector);
        foreach (var clip in clips)
        {
            var (run, remembered) = await LoadAsync(stages, clip, detector.Length == 0);
            var full = run.Measure(remembered ?? stages.Estimator(), 1, Between.Flow);
            Write(model, clip, "every frame", full, full);
            foreach (var period in (int[])[3, 6])
            {
                foreach (var between in methods)
                {
                    var skipped = run.Measure(remembered ?? stages.Estimator(), period, between);
                    Write(model, clip, $"N = {period} {between}", skipped, full);
                    if (!ratios.TryGetValue((period, between), out var list)) { ratios[(period, between)] = list = []; }
                    list.Add(skipped.Ap / full.Ap);
                }
            }
            if (Everything) { Write(model, clip, "as needed", run.MeasureAsNeeded(remembered ?? stages.Estimator()), full); }
        }
        foreach (var (key, list) in ratios) { output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model} mean N = {key.Period} {key.Between}: {list.Average():0.000}")); }
        Assert.InRange(ratios[(3, Between.Flow)].Average(), 0.97, 1.2);
        Assert.InRange(ratios[(6, Between.Flow)].Average(), 0.90, 1.2);
        Assert.True(ratios[(6, Between.Flow)].Average() > ratios[(6, Between.Hold)].Average() + 0.1);
    }

    private static async Task<(SkippingRun Run, RememberedPoses? Remembered)> LoadAsync(RealStages stages, string clip, bool isBottomUp)
    {
        var estimator = stages.Estimator();
        var frames = await ClipFrames.ReadAsync(Repo.Shared($"media/panzoom/{clip}.mp4"), estimator.PreferredFrame);
        var truth = DatasetReader.Read(Repo.Shared($"media/panzoom/{clip}.gt.json"));
        Assert.Equal(truth.Images.Count, frames.Count);
        if (!Everything)
        {
            const int FiveSeconds = 150;
            (truth, frames) = (truth.Take(FiveSeconds), frames[..FiveSeconds]);
        }
        return (new SkippingRun(truth, frames, stages.Tracker, stages.Skipping), isBottomUp ? new RememberedPoses(estimator) : null);
    }

    private void Write(string model, string clip, string what, SkippingFigures figures, SkippingFigures full) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{model,-20} {clip,-7} {what,-16} AP {figures.Ap:0.000}, ratio {figures.Ap / full.Ap:0.000}; runs per frame: detector {figures.DetectorRuns:0.00}, pose {figures.PoseRuns:0.00}"));
}
