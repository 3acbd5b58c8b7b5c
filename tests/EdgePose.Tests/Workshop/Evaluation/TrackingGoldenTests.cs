using System.Text.Json;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Tests.Workshop.Evaluation;

/// <summary>Against figures of TrackEval's metric classes.</summary>
public sealed class TrackingGoldenTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void ToySequences_EqualTrackEval()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("goldens/tracking.json")));
        foreach (var test in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var scores = TrackingScores.Of([.. test.GetProperty("frames").EnumerateArray().Select(Frame)]);
            var expected = test.GetProperty("expected");
            AssertEqual(test.GetProperty("name").GetString()!, expected, Figures(scores));
            var perThreshold = expected.GetProperty("HOTA_alpha").EnumerateArray().Select(v => v.GetDouble()).ToArray();
            Assert.Equal(perThreshold, scores.Hota.PerThreshold, (a, b) => Math.Abs(a - b) <= Tolerance);
        }
    }

    [Theory]
    [InlineData("TUD-Campus")]
    [InlineData("TUD-Stadtmitte")]
    [InlineData("MOT16-11")]
    public void PublishedTrackerResults_EqualTrackEval(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("media/tracking/expected.json")));
        var expected = json.RootElement.GetProperty(name);
        var (truth, results) = (MotFile.Read(Repo.Shared($"media/tracking/{name}/gt.txt")), MotFile.Read(Repo.Shared($"media/tracking/{name}/tracker.txt")));
        Assert.Equal(expected.GetProperty("rules").GetString(), MotFile.Detect(truth).ToString(), ignoreCase: true);
        AssertEqual(name, expected, Figures(TrackingScores.Of(MotFile.Frames(truth, results, MotRules.Auto))));
    }

    private static TrackingFrame Frame(JsonElement frame)
    {
        var (truth, tracks) = (Ids(frame[0]), Ids(frame[1]));
        return TrackingFrame.Of(truth, tracks, (g, t) => frame[2][g][t].GetDouble());
    }

    private static long[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(v => v.GetInt64())];

    private static Dictionary<string, double> Figures(TrackingScores s) => new()
    {
        ["MOTA"] = s.Clear.Mota, ["MOTP"] = s.Clear.Motp, ["MODA"] = s.Clear.Moda, ["sMOTA"] = s.Clear.SoftMota, ["CLR_TP"] = s.Clear.TruePositives,
        ["CLR_FN"] = s.Clear.FalseNegatives, ["CLR_FP"] = s.Clear.FalsePositives, ["IDSW"] = s.Clear.IdSwitches, ["MT"] = s.Clear.MostlyTracked,
        ["PT"] = s.Clear.PartlyTracked, ["ML"] = s.Clear.MostlyLost, ["Frag"] = s.Clear.Fragments, ["IDF1"] = s.Identity.F1, ["IDR"] = s.Identity.Recall,
        ["IDP"] = s.Identity.Precision, ["IDTP"] = s.Identity.TruePositives, ["IDFN"] = s.Identity.FalseNegatives, ["IDFP"] = s.Identity.FalsePositives,
        ["HOTA"] = s.Hota.Hota, ["DetA"] = s.Hota.DetA, ["AssA"] = s.Hota.AssA, ["DetRe"] = s.Hota.DetRe, ["DetPr"] = s.Hota.DetPr,
        ["AssRe"] = s.Hota.AssRe, ["AssPr"] = s.Hota.AssPr, ["LocA"] = s.Hota.LocA, ["num_timesteps"] = s.Frames, ["num_gt_dets"] = s.TruthBoxes,
        ["num_tracker_dets"] = s.TrackBoxes, ["num_gt_ids"] = s.People, ["num_tracker_ids"] = s.Tracks,
    };

    private static void AssertEqual(string name, JsonElement expected, Dictionary<string, double> actual)
    {
        var checkedKeys = 0;
        foreach (var property in expected.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number))
        {
            checkedKeys++;
            var difference = Math.Abs(property.Value.GetDouble() - actual[property.Name]);
            Assert.True(difference <= Tolerance, $"{name} {property.Name}: {actual[property.Name]:f8}, expected {property.Value.GetDouble():f8}");
        }
        Assert.True(checkedKeys >= 20);
    }
}
