using System.Text.Json;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Tracking;

/// <summary>The yardstick itself, against figures of TrackEval.</summary>
public sealed class TrackingMetricsTests
{
    [NeedsSharedFact("goldens/tracking.json")]
    public void Metrics_GoldenSequences_EqualTrackEval()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Repo.Shared("goldens/tracking.json")));
        foreach (var test in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var metrics = new TrackingMetrics();
            foreach (var frame in test.GetProperty("frames").EnumerateArray())
            {
                var truth = frame[0].EnumerateArray().Select(v => v.GetInt32()).ToList();
                var tracks = frame[1].EnumerateArray().Select(v => v.GetInt64()).ToList();
                metrics.Add(truth, tracks, (i, j) => frame[2][i][j].GetDouble());
            }
            var expected = test.GetProperty("expected");
            Assert.Equal(expected.GetProperty("MOTA").GetDouble(), metrics.Mota, 1e-6);
            Assert.Equal(expected.GetProperty("MOTP").GetDouble(), metrics.Motp, 1e-6);
            Assert.Equal(expected.GetProperty("IDSW").GetDouble(), metrics.Switches);
            Assert.Equal(expected.GetProperty("Frag").GetDouble(), metrics.Fragments);
            Assert.Equal(expected.GetProperty("IDF1").GetDouble(), metrics.Idf1, 1e-6);
            Assert.Equal(expected.GetProperty("MT").GetDouble(), metrics.MostlyTracked);
        }
    }

    [NeedsSharedTheory("media/tracking")]
    [InlineData("TUD-Campus")]
    [InlineData("TUD-Stadtmitte")]
    public void Metrics_PublishedTrackerResults_EqualTrackEval(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Repo.Shared("media/tracking/expected.json")));
        var expected = json.RootElement.GetProperty(name);
        var truth = Clip.ReadMot(Repo.Shared($"media/tracking/{name}/gt.txt"), name, 25, 640, 480, mot16: false);
        var found = Clip.ReadMot(Repo.Shared($"media/tracking/{name}/tracker.txt"), name, 25, 640, 480, mot16: false).Frames.ToDictionary(f => f.Index);
        var metrics = new TrackingMetrics();
        foreach (var frame in truth.Frames)
        {
            IReadOnlyList<Actor> listed = found.TryGetValue(frame.Index, out var f) ? f.Actors : [];
            metrics.Add(frame.Actors.Select(a => a.Id).ToList(), listed.Select(a => (long)a.Id).ToList(), (i, j) => frame.Actors[i].Box.Iou(listed[j].Box));
        }
        Assert.Equal(expected.GetProperty("CLR_TP").GetInt32(), metrics.TruePositives);
        Assert.Equal(expected.GetProperty("IDSW").GetInt32(), metrics.Switches);
        Assert.Equal(expected.GetProperty("Frag").GetInt32(), metrics.Fragments);
        Assert.Equal(expected.GetProperty("IDTP").GetInt32(), metrics.IdentityTruePositives);
        Assert.Equal(expected.GetProperty("IDF1").GetDouble(), metrics.Idf1, 1e-6);
    }

    [Fact]
    public void Metrics_OneSwitchInFiveFrames_AreThoseOfTheDefinition()
    {
        var metrics = new TrackingMetrics();
        foreach (var id in new long[] { 7, 7, 9, 9, 9 }) { metrics.Add([1], [id], (_, _) => 0.8); }
        Assert.Equal((1, 3, 0), (metrics.Switches, metrics.IdentityTruePositives, metrics.Fragments));
        Assert.Equal(0.8, metrics.Mota, 1e-9);
        Assert.Equal(0.6, metrics.Idf1, 1e-9);
    }
}
