using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation.Keypoints;

public sealed class PckTests
{
    [Fact]
    public void ByBox_JointsWithinAFifthOfTheLongerSide_Count()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100);
        var found = sample.Points(100, 100, 1);
        (found[0], found[3]) = (119.9, 120.1); // nose inside, left eye outside of 20 pixels
        var pck = Pck.ByBox(sample.Found(1, 100, 100, 0.9, points: found).Prepare(), KeypointTask.Plain(sample.Dataset))!;
        Assert.Equal(16.0 / 17, pck.Mean, 1e-12);
        Assert.Equal((1, 0), (pck.PerJoint[0], pck.PerJoint[1]));
    }

    [Fact]
    public void ByBox_PersonWithoutDetection_IsWrongInAllJoints()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Person(1, 400, 300).Person(1, 200, 200, crowd: true).Found(1, 100, 100, 0.9);
        Assert.Equal(0.5, Pck.ByBox(sample.Prepare(), KeypointTask.Plain(sample.Dataset))!.Mean, 1e-12);
    }

    [Fact]
    public void ByBox_NotFoundJoint_IsWrong()
    {
        var sample = new Sample().Image(1).Person(1, 5, 5);
        var found = sample.Points(5, 5, 1);
        Array.Clear(found, 0, 3); // 0, 0 lies within reach of 5, 5, but nothing was found there
        Assert.Equal(0, Pck.ByBox(sample.Found(1, 5, 5, 0.9, points: found).Prepare(), KeypointTask.Plain(sample.Dataset))!.PerJoint[0]);
    }

    [Fact]
    public void ByBox_NobodyCounts_IsNone()
    {
        var sample = new Sample().Image(1);
        Assert.Null(Pck.ByBox(sample.Prepare(), KeypointTask.Plain(sample.Dataset)));
    }

    [Fact]
    public void ByHead_WithHeadSize_MeasuresByItAndLeavesOutPelvisAndThorax()
    {
        var sample = new Sample(Skeletons.Mpii16).Image(1).Person(1, 100, 100);
        var people = sample.Dataset.People.Select(p => p with { HeadSize = 20 }).ToArray();
        var found = sample.Points(100, 100, 1);
        (found[0], found[3 * 6]) = (111, 200); // right ankle beyond half a head; the pelvis is not asked for
        var dataset = sample.Dataset with { People = people };
        var task = KeypointTask.Plain(dataset);
        var pckh = Pck.ByHead(EvalImage.Prepare(dataset, sample.Found(1, 100, 100, 0.9, points: found).Results, task), task, Skeletons.Mpii16)!;
        Assert.Equal(13.0 / 14, pckh.Mean, 1e-12);
        Assert.Null(Pck.ByHead(sample.Prepare(), task, Skeletons.Mpii16));
    }
}
