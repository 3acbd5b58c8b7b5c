using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class GroupingGoldenTests
{
    // Values of the goldens are rounded to five decimals, scores to six.
    private const float ValuePrecision = 5.5e-6f;
    private const float ScorePrecision = 1e-6f;

    [Theory]
    [InlineData("three_people_all_joints_T1")]
    [InlineData("missing_joints_refine_T1")]
    [InlineData("false_positives_T1")]
    [InlineData("equal_tags_key_collision_T1")]
    [InlineData("flip_tags_coco17_T2")]
    [InlineData("crowded_tag_distance_1ish_T1")]
    [InlineData("empty")]
    [InlineData("plateau_edge")]
    public void DecodeMaps_GoldenScene_AgreesAtEveryStage(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("goldens/ae_grouping.json")));
        var scene = golden.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var (joints, tags) = (scene.GetProperty("J").GetInt32(), scene.GetProperty("T").GetInt32());
        var maps = Scene.Build(joints, scene.GetProperty("W").GetInt32(), scene.GetProperty("H").GetInt32(), tags == 2, Spots(scene));

        var adjusted = Decode(maps, refine: false, out var decoder);
        AssertMatches(scene.GetProperty("after_match"), decoder, tags);
        AssertPeople(scene.GetProperty("after_adjust"), adjusted);
        var refined = Decode(maps, refine: true, out _);
        AssertPeople(scene.GetProperty("final"), refined);
        var scores = scene.GetProperty("scores");
        Assert.Equal(scores.GetArrayLength(), refined.Count);
        for (var p = 0; p < refined.Count; p++)
        {
            Assert.Equal(scores[p].GetSingle(), refined[p].Score, ScorePrecision);
            Assert.Equal(refined[p].Score, adjusted[p].Score);
        }
    }

    private static PoseList Decode(ResponseMaps maps, bool refine, out AssociativeDecoder decoder)
    {
        var skeleton = maps.Joints == 17 ? Skeletons.Coco17 : Skeletons.CrowdPose14;
        decoder = new AssociativeDecoder(skeleton, new BottomUpOptions { Profile = DecodeProfile.Accurate, Refine = refine, MinScore = 0 });
        var poses = new PoseList(maps.Joints);
        decoder.DecodeMaps(maps, 1, poses);
        return poses;
    }

    private static IEnumerable<Scene.Spot> Spots(JsonElement scene) => scene.GetProperty("peaks").EnumerateArray().Select(p => new Scene.Spot(
        p[0].GetInt32(), p[1].GetDouble(), p[2].GetDouble(), p[3].GetDouble(), p[4].GetSingle(), p.GetArrayLength() > 5 ? p[5].GetSingle() : 0));

    private static void AssertMatches(JsonElement people, AssociativeDecoder decoder, int tags)
    {
        Assert.Equal(people.GetArrayLength(), decoder.People.Count);
        for (var p = 0; p < decoder.People.Count; p++)
        {
            for (var j = 0; j < decoder.Joints; j++)
            {
                var row = people[p][j];
                var member = decoder.People.Member[p * decoder.Joints + j];
                var peak = member < 0 ? default : decoder.Peaks.At(j, member);
                Assert.Equal((row[0].GetSingle(), row[1].GetSingle()), (peak.X, peak.Y));
                Assert.Equal(row[2].GetSingle(), peak.Value, ValuePrecision);
                Assert.Equal(row[3].GetSingle(), peak.Tag);
                if (tags == 2) { Assert.Equal(row[4].GetSingle(), peak.MirroredTag); }
            }
        }
    }

    private static void AssertPeople(JsonElement people, PoseList poses)
    {
        Assert.Equal(people.GetArrayLength(), poses.Count);
        for (var p = 0; p < poses.Count; p++)
        {
            for (var j = 0; j < poses.Joints; j++)
            {
                var (row, point) = (people[p][j], poses[p].Points[j]);
                Assert.Equal(row[2].GetSingle() > 0, point.IsFound);
                if (!point.IsFound) { continue; }
                Assert.Equal((row[0].GetSingle(), row[1].GetSingle()), (point.X, point.Y));
                Assert.Equal(row[2].GetSingle(), point.Score, ValuePrecision);
            }
        }
    }
}
