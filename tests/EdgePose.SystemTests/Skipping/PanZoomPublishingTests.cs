using System.Globalization;
using EdgePose.Domain;
using EdgePose.Networks.Scheduling;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.SystemTests.Skipping;

/// <summary>
/// What a stream of five frames a second publishes while its camera pans and zooms, with real networks and real people whose places are
/// known exactly: skipping must not cost people, invent people, or hold somebody who moves in the picture.
/// </summary>
[Trait("Category", "Long")]
public sealed class PanZoomPublishingTests(ITestOutputHelper output)
{
    private const double Fps = 30;
    private const int FiveASecond = 6;

    [Theory]
    [InlineData("dinner")]
    [InlineData("skate")]
    [InlineData("tennis")]
    public async Task Skipping_BeforeACameraThatMoves_CostsNobodyAndInventsNobody(string clip)
    {
        var (video, annotations) = (Repo.Shared($"media/panzoom/{clip}.mp4"), Repo.Shared($"media/panzoom/{clip}.gt.json"));
        using var stages = new RealStages("pp-tinypose-256x192", "rtmdet-nano-person");
        var frames = await ClipFrames.ReadAsync(video, stages.Estimator().PreferredFrame);
        var truth = DatasetReader.Read(annotations);
        var full = Run(stages, truth, frames, enabled: false, FiveASecond, rung: 0);
        var skipped = Run(stages, truth, frames, enabled: true, FiveASecond, rung: 0);
        var starved = Run(stages, truth, frames, enabled: true, FiveASecond, Ladder.Last);
        Write(clip, "every frame", full);
        Write(clip, "as needed", skipped);
        Write(clip, "starved", starved);
        Assert.True(skipped.Right >= 0.98 * full.Right, $"{skipped.Right} people right instead of {full.Right}");
        Assert.True(skipped.Wrong <= full.Wrong, $"{skipped.Wrong} people wrong instead of {full.Wrong}");
        Assert.True(starved.WrongShare <= 0.25, $"{100 * starved.WrongShare:f0} % of the people wrong on a starved machine");
        Assert.All(new[] { full, skipped, starved }, f => Assert.Equal((0, 0, 0), (f.Held, f.Outside, f.Doubles)));
        Assert.All(new[] { full, skipped, starved }, f => Assert.InRange(f.LeastScore, 0.1f, 1));
    }

    private static PublishedFigures Run(RealStages stages, Dataset truth, IReadOnlyList<Frame> frames, bool enabled, int every, int rung) =>
        PublishedFigures.Of(stages, stages.Estimator(), stages.Skipping with { Enabled = enabled }, truth, frames, every, Fps, Ladder.Rung(rung));

    private void Write(string clip, string what, PublishedFigures f) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{clip,-7} {what,-12} right {f.Right,3}, wrong {f.Wrong,3} ({100 * f.WrongShare:f1} %), recall {f.Recall:f3}, IDF1 {f.Idf1:f3}; held {f.Held}, outside {f.Outside}, doubles {f.Doubles}, least score {f.LeastScore:f3}"));
}
