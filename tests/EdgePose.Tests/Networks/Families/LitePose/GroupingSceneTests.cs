using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

/// <summary>Scenes with results of the original grouping code, small enough to stand here.</summary>
public sealed class GroupingSceneTests
{
    private static readonly Scene.Spot[] EqualTags =
    [
        new(0, 20, 20, 0.9, 1.0f), new(0, 60, 20, 0.8, 1.0f), new(1, 22, 30, 0.7, 1.0f), new(1, 62, 30, 0.6, 1.1f),
        new(2, 100, 60, 0.5, 5.0f), new(2, 20, 70, 0.45, 5.0f),
    ];

    [Fact]
    public void DecodeMaps_EqualTags_OverwriteThePersonThatTheyOpened()
    {
        var poses = Decode(Scene.Build(14, 128, 96, false, EqualTags), refine: false);
        Assert.Equal(3, poses.Count);
        AssertJoints(poses[0], (0, 60.25f, 20.25f, 0.8f), (1, 22.25f, 30.25f, 0.7f));
        AssertJoints(poses[1], (1, 62.25f, 30.25f, 0.6f));
        AssertJoints(poses[2], (2, 20.25f, 70.25f, 0.45f));
        Assert.Equal([0.107143f, 0.042857f, 0.032143f], Scores(poses), (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void DecodeMaps_Refined_FillsMissingJointsAndLeavesScores()
    {
        var poses = Decode(Scene.Build(14, 128, 96, false, EqualTags), refine: true);
        Assert.Equal(3, poses.Count);
        AssertJoints(poses[0], (0, 60.25f, 20.25f, 0.8f), (1, 22.25f, 30.25f, 0.7f), (2, 99.75f, 56.75f, 0.05972f));
        AssertJoints(poses[1], (0, 20.25f, 20.25f, 0.9f), (1, 62.25f, 30.25f, 0.6f), (2, 99.75f, 56.75f, 0.05972f));
        AssertJoints(poses[2], (0, 20.25f, 20.25f, 0.9f), (1, 22.25f, 30.25f, 0.7f), (2, 20.25f, 70.25f, 0.45f));
        Assert.Equal([0.107143f, 0.042857f, 0.032143f], Scores(poses), (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void DecodeMaps_PlateausAtTheEdge_KeepTheReferencesOrderOfEqualPeaks()
    {
        Scene.Spot[] spots = [new(0, 0, 0, 0.5, 0.3f), new(1, 63, 47, 0.5, 0.3f), new(2, 31.5, 23, 0.5, 0.3f), new(3, 31.5, 23.5, 0.5, 0.3f)];
        var poses = Decode(Scene.Build(14, 64, 48, false, spots), refine: true);
        Assert.Equal(1, poses.Count);
        AssertJoints(poses[0], (0, 0.25f, 0.25f, 0.5f), (1, 63.75f, 47.75f, 0.5f), (2, 32.25f, 23.25f, 0.48462f), (3, 31.75f, 23.75f, 0.46971f));
        Assert.Equal(0.139595f, poses[0].Score, 1e-6f);
    }

    [Fact]
    public void DecodeMaps_StrayPeak_BecomesAFullDuplicateUnlessItIsFilteredBeforeRefinement()
    {
        var spots = Enumerable.Range(0, 14).Select(j => new Scene.Spot(j, 20 + 7 * j, 40 + 3 * (j % 4), 0.8, 0.5f)).Append(new Scene.Spot(4, 100, 80, 0.3, 0.5f + 1.2f));
        var maps = Scene.Build(14, 128, 96, false, spots);
        var all = Decode(maps, refine: true);
        Assert.Equal(2, all.Count);
        Assert.Equal(14, all[1].Points.Count(p => p.IsFound));
        Assert.Equal(1, Decode(maps, refine: true, minScore: 0.05f).Count);
    }

    [Fact]
    public void Match_TagsOfTheMirroredRun_SeparatePeopleThatThePlainRunConfuses()
    {
        Scene.Spot[] spots = [new(0, 20, 20, 0.9, 1, 0), new(0, 60, 20, 0.8, 1.1f, 3), new(1, 20, 40, 0.6, 1.05f, 3), new(1, 60, 40, 0.7, 1.05f, 0)];
        var poses = Decode(Scene.Build(14, 96, 64, true, spots), refine: false);
        AssertJoints(poses[0], (0, 20.25f, 20.25f, 0.9f), (1, 60.25f, 40.25f, 0.7f));
        AssertJoints(poses[1], (0, 60.25f, 20.25f, 0.8f), (1, 20.25f, 40.25f, 0.6f));
    }

    [Fact]
    public void JointOrderFor_LayoutWithoutOwnOrder_IsCutFromCocos()
    {
        var options = new BottomUpOptions { Profile = DecodeProfile.Accurate };
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13], options.JointOrderFor(Skeletons.CrowdPose14));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16], options.JointOrderFor(Skeletons.Coco17));
        Assert.Throws<UserError>(() => (options with { JointOrder = [0, 0, 1] }).JointOrderFor(Skeletons.CrowdPose14));
    }

    [Fact]
    public void Match_OtherJointOrder_GivesOtherPeople()
    {
        // Tags 0, 0.9 and 1.3: joined in this order the mean follows, with the middle one last the outer two stay apart.
        Scene.Spot[] spots = [new(0, 20, 20, 0.9, 0), new(1, 20, 40, 0.8, 0.9f), new(2, 60, 40, 0.7, 1.3f)];
        var maps = Scene.Build(14, 96, 64, false, spots);
        Assert.Equal([3], Found(Decode(maps, refine: false)));
        Assert.Equal([2, 1], Found(Decode(maps, refine: false, order: [0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])).OrderDescending());
    }

    private static IEnumerable<int> Found(PoseList poses) => Enumerable.Range(0, poses.Count).Select(p => poses[p].Points.Count(k => k.IsFound));

    private static PoseList Decode(ResponseMaps maps, bool refine, float minScore = 0, int[]? order = null)
    {
        var decoder = new AssociativeDecoder(
            Skeletons.CrowdPose14, new BottomUpOptions { Profile = DecodeProfile.Accurate, Refine = refine, MinScore = minScore, JointOrder = order });
        var poses = new PoseList(maps.Joints);
        decoder.DecodeMaps(maps, 1, poses);
        return poses;
    }

    private static float[] Scores(PoseList poses) => [.. Enumerable.Range(0, poses.Count).Select(p => poses[p].Score)];

    private static void AssertJoints(Pose pose, params (int Joint, float X, float Y, float Score)[] expected)
    {
        Assert.Equal(expected.Select(e => e.Joint), Enumerable.Range(0, pose.Points.Length).Where(j => pose.Points[j].IsFound));
        foreach (var (joint, x, y, score) in expected)
        {
            Assert.Equal((x, y), (pose.Points[joint].X, pose.Points[joint].Y));
            Assert.Equal(score, pose.Points[joint].Score, 5.5e-6f);
        }
    }
}
