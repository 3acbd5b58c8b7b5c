using EdgePose.Domain;
using EdgePose.Networks.TopDown;

namespace EdgePose.Tests.Networks.TopDown;

public sealed class PoseSimilarityTests
{
    private static Pose Make(float dx, float score = 0.9f, Box? box = null)
    {
        var pose = new Pose(17) { Box = box ?? new Box(0, 0, 100, 200) };
        for (var k = 0; k < 17; k++) { pose.Points[k] = new Keypoint(k * 5 + dx, k * 10, score); }
        return pose;
    }

    [Fact]
    public void Oks_EqualPoses_IsOne() => Assert.Equal(1, PoseSimilarity.Oks(Make(0), Make(0), ScriptedNetwork.Coco, 0.3f), 6);

    [Fact]
    public void Oks_ShiftedPose_UsesTwiceSigmaAndTheMeanArea()
    {
        var (a, b) = (Make(0), Make(10, box: new Box(0, 0, 100, 100)));
        var expected = ScriptedNetwork.Coco.Sigmas.Average(s => Math.Exp(-100.0 / (2 * 4 * s * s * 15000)));
        Assert.Equal(expected, PoseSimilarity.Oks(a, b, ScriptedNetwork.Coco, 0.3f), 5);
    }

    [Fact]
    public void Oks_FewCommonConfidentJoints_ComparesAllFoundOnes()
    {
        var (a, b) = (Make(0), Make(300, score: 0.1f));
        b.Points[0] = a.Points[0];
        Assert.InRange(PoseSimilarity.Oks(a, b, ScriptedNetwork.Coco, 0.3f), 0, 0.1);
    }

    [Fact]
    public void Oks_NothingInCommon_IsZero()
    {
        var (a, b) = (Make(0), Make(0));
        b.Points.AsSpan().Fill(Keypoint.Missing);
        Assert.Equal(0, PoseSimilarity.Oks(a, b, ScriptedNetwork.Coco, 0.3f));
    }
}
