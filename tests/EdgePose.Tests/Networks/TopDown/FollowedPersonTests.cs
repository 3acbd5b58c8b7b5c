using EdgePose.Domain;
using EdgePose.Networks.TopDown;

namespace EdgePose.Tests.Networks.TopDown;

public sealed class FollowedPersonTests
{
    private static readonly FollowRule Rule = new(640, 480, 0.3f, 1.25f, false);

    private static Skeleton WholeBody { get; } = new()
    {
        Name = "wide", Joints = [.. Enumerable.Range(0, 133).Select(i => $"joint{i}")], Links = [], BodyJoints = 23,
        Flip = [.. Enumerable.Range(0, 133)], Sigmas = [.. Enumerable.Repeat(0.05f, 133)],
    };

    private static Pose Make(Skeleton skeleton, int found, float score, float x = 100, float y = 100, int first = 0)
    {
        var pose = new Pose(skeleton.Count);
        pose.Points.AsSpan().Fill(Keypoint.Missing);
        for (var k = 0; k < found; k++) { pose.Points[first + k] = new Keypoint(x + k % 4 * 20, y + k / 4 * 30, score); }
        return pose;
    }

    private static CandidateBox From(Box box) => new(box, 1.25f, 0.9f, CandidateRank.Detected, -1, true);

    private static FollowedPerson Follow(Pose pose, Skeleton skeleton, Box box, FollowedPerson? previous = null, FollowRule? rule = null)
    {
        var person = new FollowedPerson(skeleton.Count);
        person.Update(pose, FollowedPerson.Judge(pose, skeleton, 0.3f), From(box), previous, skeleton, rule ?? Rule);
        return person;
    }

    [Theory]
    [InlineData(17, 0.8f, Sighting.Visible)]
    [InlineData(7, 0.9f, Sighting.Visible)]
    [InlineData(5, 0.9f, Sighting.Weak)]    // mean over the body .26
    [InlineData(4, 1.3f, Sighting.Weak)]    // mean .31, but four joints
    [InlineData(17, 0.29f, Sighting.Nobody)]
    [InlineData(0, 0, Sighting.Nobody)]
    internal void Judge_JointsAndScores_FollowsTheRule(int found, float score, Sighting expected) =>
        Assert.Equal(expected, FollowedPerson.Judge(Make(ScriptedNetwork.Coco, found, score), ScriptedNetwork.Coco, 0.3f));

    [Fact]
    public void Judge_HandsAndFaceAlone_NeverMakeAPersonVisible() =>
        Assert.Equal(Sighting.Weak, FollowedPerson.Judge(Make(WholeBody, 110, 0.9f, first: 23), WholeBody, 0.3f));

    [Fact]
    public void Update_WholeBody_BuildsTheBoxFromTheBodyOnly()
    {
        var pose = Make(WholeBody, 23, 0.9f);
        pose.Points[120] = new Keypoint(600, 400, 0.99f);
        var box = Follow(pose, WholeBody, new Box(0, 0, 10, 10)).Box;
        // 60 x 150 of extents, a quarter more.
        Assert.Equal(75, box.Width, 3);
        Assert.Equal(187.5, box.Height, 3);
        Assert.Equal(1, Follow(pose, WholeBody, new Box(0, 0, 10, 10)).Padding);
    }

    [Fact]
    public void Update_JointsBelowTheThreshold_DoNotStretchTheBox()
    {
        var pose = Make(ScriptedNetwork.Coco, 17, 0.8f);
        pose.Points[16] = new Keypoint(600, 400, 0.1f);
        Assert.Equal(75, Follow(pose, ScriptedNetwork.Coco, default).Box.Width, 3);
    }

    [Fact]
    public void Update_WeakPose_ShiftsTheOldBoxByTheMedianMotion()
    {
        var before = Follow(Make(ScriptedNetwork.Coco, 17, 0.8f), ScriptedNetwork.Coco, new Box(90, 90, 170, 230));
        var pose = Make(ScriptedNetwork.Coco, 4, 0.8f, x: 107, y: 96);
        // One joint jumped: the median does not care.
        pose.Points[2] = new Keypoint(400, 400, 0.8f);
        var after = Follow(pose, ScriptedNetwork.Coco, new Box(90, 90, 170, 230), before);
        Assert.Equal(new Box(97, 86, 177, 226), after.Box);
        Assert.Equal(1.25f, after.Padding);
        Assert.False(after.IsVisible);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(-20, false)]
    [InlineData(-40, true)]
    [InlineData(600, false)]
    [InlineData(615, true)]
    public void Update_ExtentsMostlyOutsideTheFrame_HasLeft(float x, bool left) =>
        Assert.Equal(left, Follow(Make(ScriptedNetwork.Coco, 17, 0.8f, x: x), ScriptedNetwork.Coco, default).HasLeft);

    [Fact]
    public void Update_JointsInOneLine_StillGiveABox()
    {
        var pose = Make(ScriptedNetwork.Coco, 17, 0.8f);
        for (var k = 0; k < 17; k++) { pose.Points[k] = new Keypoint(50, 100 + k, 0.8f); }
        Assert.False(Follow(pose, ScriptedNetwork.Coco, default).Box.IsEmpty);
    }
}
