using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Tests.Workshop.Evaluation;

public sealed class EvaluationWiringTests
{
    private static readonly EvalModelOptions LitePose = new() { Model = "litepose-m", Profile = EvalProfile.Accurate };
    private static readonly EvalModelOptions TinyPose = new() { Model = "pp-tinypose-256x192", Profile = EvalProfile.Accurate };

    [Fact]
    public void Make_CrowdPosePose_FillsTheTwelveCommonJointsInPicturePixels()
    {
        var sample = new Sample();
        var pose = new PoseList(14).Add();
        for (var j = 0; j < 14; j++) { pose.Points[j] = new Keypoint(10 + j, 20 + j, 0.5f); }
        pose.Points[1] = Keypoint.Missing;
        pose.Score = 0.25f;
        var result = new ResultMaker(sample.Dataset, KeypointMeasures.CommonJoints(sample.Dataset, Skeletons.CrowdPose14)).Make(4, pose, (2, 3));
        Assert.Equal((4, 0.25), (result.Image, result.Score));
        Assert.All(result.Points[..15], v => Assert.Equal(0, v));
        Assert.Equal([20, 60, 0.5, 0, 0, 0, 24, 66, 0.5], result.Points[15..24]);
        Assert.Equal([20, 60, 26, 39], result.Box!);
    }

    [Fact]
    public void Report_ModelWithOtherJoints_EvaluatesTheCommonOnesAndSaysSo()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.9);
        var points = sample.Points(300, 300, 0);
        points[2] = 2;
        sample.Person(1, 300, 300, labelled: 1, points: points);
        var report = KeypointMeasures.Report(sample.Dataset, sample.Results, Skeletons.CrowdPose14, default);
        Assert.Equal(12, report.Joints.Count);
        Assert.Equal(("left_shoulder", 1), (report.Joints[0], report.People));
        Assert.Equal(1, report.Ap, 1e-12);
        Assert.Contains("12 joints that coco17 shares with crowdpose14", report.Notes[0], StringComparison.Ordinal);
        var own = KeypointMeasures.Report(sample.Dataset, sample.Results, Skeletons.Coco17, default);
        Assert.Equal((17, 2), (own.Joints.Count, own.People));
        Assert.Empty(own.Notes);
    }

    [Fact]
    public void Report_WholeBody_HasSixPartsOrTheOneThatTheModelKnows()
    {
        var sample = new Sample(Skeletons.CocoWholeBody133).Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.9);
        Assert.Equal(6, KeypointMeasures.Report(sample.Dataset, sample.Results, Skeletons.CocoWholeBody133, default).Figures.Count);
        Assert.Equal("body", Assert.Single(KeypointMeasures.Report(sample.Dataset, sample.Results, Skeletons.Coco17, default).Figures).Name);
    }

    [Fact]
    public void Report_NoCommonJoint_IsAModelError()
    {
        var feet = new Skeleton { Name = "feet", Joints = ["left_sole"], Links = [], Flip = [0], Sigmas = [.1f], BodyJoints = 1 };
        Assert.Equal(ExitCode.Model, Assert.Throws<UserError>(() => KeypointMeasures.CommonJoints(new Sample().Dataset, feet)).Code);
    }

    [Theory]
    [MemberData(nameof(Misfits))]
    public void EvalModels_OptionsThatDoNotFit_AreRefusedBeforeAnythingIsOpened(object options, bool truthBoxes, string expected)
    {
        var e = Assert.Throws<UserError>(() => new EvalModels((EvalModelOptions)options, truthBoxes));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<object, bool, string> Misfits => new()
    {
        { LitePose, true, "litepose-m finds people itself" },
        { LitePose with { Detector = "yolox-nano" }, false, "litepose-m finds people itself" },
        { TinyPose, false, "needs boxes" },
        { TinyPose with { Flip = true }, true, "are for bottom-up models" },
        { TinyPose with { Refine = false }, true, "are for bottom-up models" },
        { TinyPose with { Detector = "litepose-m" }, false, "litepose-m is a pose model" },
        { TinyPose with { Model = "yolox-nano" }, false, "is a person detector" },
        { TinyPose with { Model = "tinypose" }, false, "there is no model" },
    };

    [Fact]
    public void ClipTruth_PeopleWhoDoNotCount_AreNeitherHitNorMiss()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Person(1, 300, 100).Person(1, 500, 100, labelled: 0);
        var people = sample.Dataset.People.Select((p, i) => p with { Track = i + 1, Inside = i == 1 ? 0.2 : 1 }).ToArray();
        var truth = new ClipTruth(sample.Dataset with { People = people, Images = [sample.Dataset.Images[0] with { FrameIndex = 6 }] }, Skeletons.Coco17);
        var listed = new TrackedPoseList(17);
        // Frames are half the size of the picture; the last track is on nobody.
        foreach (var x in new[] { 100, 300, 500, 200 })
        {
            var pose = listed.Add();
            (pose.Track, pose.Box) = (10 + x, new Box((x - 50) / 2f, 25, (x + 50) / 2f, 75));
            pose.Points.AsSpan().Fill(new Keypoint(x / 2f, 50, 0.9f));
        }
        Assert.False(truth.Add(5, 320, 240, listed));
        Assert.True(truth.Add(6, 320, 240, listed));
        foreach (var frames in new[] { truth.ByBox, truth.ByPose })
        {
            var clear = TrackingScores.Of(frames).Clear;
            Assert.Equal((1, 0, 1), (clear.TruePositives, clear.FalseNegatives, clear.FalsePositives));
            Assert.Equal(1, clear.Motp, 1e-6);
        }
    }

    [Fact]
    public void ClipTruth_NoIdentities_IsRefused() =>
        Assert.Contains("track_id", Assert.Throws<UserError>(() => new ClipTruth(new Sample().Image(1).Person(1, 9, 9).Dataset, Skeletons.Coco17)).Message, StringComparison.Ordinal);
}
