using EdgePose.TestSupport;

namespace EdgePose.Tests.People.Tracking;

/// <summary>
/// Identity figures beside ByteTrack, with the same thresholds and the same memory in seconds, and beside ByteTrack and OC-SORT as published. The scripted detector is
/// seeded, so a run repeats exactly; the bounds leave room for changes that do not matter. The constants were set on other seeds.
/// </summary>
public sealed class TrackerQualityTests(ITestOutputHelper output)
{
    private const int Seeds = 3;
    private static Clip[]? _panZoom;

    [Theory]
    [InlineData(30, 0.90)]
    [InlineData(10, 0.90)]
    [InlineData(5, 0.85)]
    [InlineData(3, 0.78)]
    public void PanZoomClips_ScriptedDetections_IdentitiesHoldAtEveryRate(double fps, double least)
    {
        var clips = PanZoom();
        var (ours, baseline) = Compare(clips, fps, bottomUp: false);
        Assert.True(ours.Idf1 >= least, $"IDF1 {ours.Idf1:f3}");
        if (fps > 10) { return; }
        Assert.True(ours.Idf1 > baseline.Idf1);
        Assert.True(ours.Switches <= (fps == 5 ? 0.5 : 0.6) * baseline.Switches, $"{ours.Switches} switches, baseline {baseline.Switches}");
    }

    [Theory]
    [InlineData(30, 0.75)]
    [InlineData(5, 0.65)]
    public void PanZoomClips_BottomUpBoxes_BeatTheBaseline(double fps, double least)
    {
        var clips = PanZoom();
        var (ours, baseline) = Compare(clips, fps, bottomUp: true);
        Assert.True(ours.Idf1 >= Math.Max(least, baseline.Idf1 + 0.05), $"IDF1 {ours.Idf1:f3}, baseline {baseline.Idf1:f3}");
    }

    [Theory]
    [InlineData(30, 0.85)]
    [InlineData(10, 0.85)]
    [InlineData(5, 0.78)]
    [InlineData(3, 0.67)]
    public void WalkingPedestrians_BoxesOnly_IdentitiesHold(double fps, double least)
    {
        var clips = new[] { "TUD-Campus", "TUD-Stadtmitte" }.Select(n => Clip.ReadMot(Repo.Shared($"media/tracking/{n}/gt.txt"), n, 25, 640, 480, false)).ToArray();
        var (ours, baseline) = Compare(clips, fps, bottomUp: false);
        Assert.True(ours.Idf1 >= Math.Max(least, baseline.Idf1), $"IDF1 {ours.Idf1:f3}, baseline {baseline.Idf1:f3}");
        Assert.True(ours.Switches <= baseline.Switches);
    }

    [Theory]
    [InlineData(30, 0.78)]
    [InlineData(10, 0.78)]
    [InlineData(5, 0.70)]
    [InlineData(3, 0.58)]
    public void SyntheticStreet_ScriptedDetections_HalvesTheSwitchesOfTheBaseline(double fps, double least)
    {
        var (ours, baseline) = Compare([Scenes.Street()], fps, bottomUp: false);
        Assert.True(ours.Idf1 >= least, $"IDF1 {ours.Idf1:f3}");
        Assert.True(ours.Switches <= 0.5 * baseline.Switches, $"{ours.Switches} switches, baseline {baseline.Switches}");
    }

    /// <summary>The table of the closing figures: each tracker on each clip and rate, mean of the seeds.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(10)]
    [InlineData(5)]
    [InlineData(3)]
    public void PanZoomClips_EveryTracker_OursLosesTheFewestIdentities(double fps)
    {
        (string Name, Func<IBaseline> Make)[] others =
        [
            ("ByteTrack, our thresholds", () => Equal(fps)), ("ByteTrack, published", () => new ByteTrack(0.5f, 0.6f, Math.Max(1, (int)(fps / 30 * 30)))),
            ("OC-SORT, our thresholds", () => new OcSort(0.3f)), ("OC-SORT, published", () => new OcSort(0.6f)),
        ];
        var ours = Mean((clip, detector) => Evaluation.RunEdgePose(clip, fps, detector), "EdgePose");
        foreach (var (name, make) in others)
        {
            var other = Mean((clip, detector) => Evaluation.Run(make(), clip, fps, detector), name);
            Assert.True(ours.Idf1 >= other.Idf1 - 0.01, $"{name}: IDF1 {other.Idf1:f3}, ours {ours.Idf1:f3}");
        }

        (double Idf1, double Switches) Mean(Func<Clip, ScriptedDetector, EdgePose.Workshop.Evaluation.Tracks.TrackingScores> run, string name)
        {
            var scores = PanZoom().SelectMany(c => Enumerable.Range(101, Seeds).Select(s => run(c, new ScriptedDetector(s)))).ToList();
            var (idf1, switches) = (scores.Average(s => s.Identity.F1), scores.Sum(s => (double)s.Clear.IdSwitches) / Seeds);
            output.WriteLine($"{fps,2} fps  {name,-26} IDF1 {idf1:f3}  switches {switches,5:f1}  MOTA {scores.Average(s => s.Clear.Mota):f3}");
            return (idf1, switches);
        }
    }

    private static ByteTrack Equal(double fps) => new(0.3f, 0.3f, Math.Max(1, (int)Math.Round(1.5 * fps)));

    private static Clip[] PanZoom()
    {
        var folder = Repo.Shared("media/panzoom");
        return _panZoom ??= new[] { "dinner", "skate", "tennis" }.Select(n => Clip.ReadPanZoom(folder, n)).ToArray();
    }

    private ((double Idf1, double Switches) Ours, (double Idf1, double Switches) Baseline) Compare(Clip[] clips, double fps, bool bottomUp)
    {
        var (ours, baseline) = ((Idf1: 0.0, Switches: 0.0), (Idf1: 0.0, Switches: 0.0));
        foreach (var clip in clips)
        {
            var (a, b, ceiling) = ((Idf1: 0.0, Switches: 0.0), (Idf1: 0.0, Switches: 0.0), 0.0);
            for (var seed = 101; seed <= 100 + Seeds; seed++)
            {
                var detector = new ScriptedDetector(seed) { BottomUp = bottomUp };
                var (x, y) = (Evaluation.RunEdgePose(clip, fps, detector), Evaluation.Run(Equal(fps), clip, fps, detector));
                a = (a.Idf1 + x.Identity.F1 / Seeds, a.Switches + (double)x.Clear.IdSwitches / Seeds);
                b = (b.Idf1 + y.Identity.F1 / Seeds, b.Switches + (double)y.Clear.IdSwitches / Seeds);
                ceiling += Evaluation.RunOracle(clip, fps, detector).Identity.F1 / Seeds;
            }
            output.WriteLine($"{clip.Name} {fps} fps: IDF1 {a.Idf1:f3} (baseline {b.Idf1:f3}, ceiling {ceiling:f3}), switches {a.Switches:f1} (baseline {b.Switches:f1})");
            ours = (ours.Idf1 + a.Idf1 / clips.Length, ours.Switches + a.Switches);
            baseline = (baseline.Idf1 + b.Idf1 / clips.Length, baseline.Switches + b.Switches);
        }
        return (ours, baseline);
    }
}
