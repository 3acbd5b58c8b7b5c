using EdgePose.Domain;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.TopDown;

public sealed class TopDownEstimatorTests
{
    private static void AssertAt(float x, float y, Pose pose, double tolerance = 1.5)
    {
        for (var k = 0; k < 17; k++)
        {
            var (jx, jy) = Scene.Joint(x, y, k);
            Assert.InRange(pose.Points[k].X, jx - tolerance, jx + tolerance);
            Assert.InRange(pose.Points[k].Y, jy - tolerance, jy + tolerance);
        }
    }

    [Fact]
    public void Estimate_DrawnPerson_IsFoundWhereItWasDrawn()
    {
        var scene = new Scene();
        scene.Add(300, 150);
        var pose = Assert.Single(All(scene.Next()));
        AssertAt(300, 150, pose);
        Assert.Equal(0.9f * 0.8f, pose.Score, 2);
        Assert.Equal(292, pose.Box.X1, 1);
        Assert.Equal(280, pose.Box.Y2, 1);
    }

    [Fact]
    public void Estimate_BetweenDetections_FollowsTheMovingPersonWithoutTheDetector()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 5 });
        scene.Add(100, 100);
        for (var i = 0; i < 11; i++)
        {
            scene.People[0] = (100 + i * 8, 100 + i * 4, 0.8f);
            scene.Boxes[0] = new Detection(Scene.Around(100 + i * 8, 100 + i * 4), 0.9f);
            AssertAt(100 + i * 8, 100 + i * 4, Assert.Single(All(scene.Next())));
        }
        // Frames 0, 5 and 10.
        Assert.Equal(3, scene.Detections);
    }

    [Fact]
    public void Estimate_BoxFromPose_HasTheMarginOnce()
    {
        var scene = new Scene();
        scene.Add(300, 150);
        for (var i = 0; i < 5; i++)
        {
            var box = Assert.Single(All(scene.Next())).Box;
            if (i == 0) { continue; }
            // The joints span 60 x 120 pixels.
            Assert.Equal(60 * 1.25, box.Width, 0.1 * 60);
            Assert.Equal(120 * 1.25, box.Height, 0.1 * 120);
        }
    }

    [Theory]
    [InlineData(1, 1.25)]
    [InlineData(1.5, 1.1)]
    public void Estimate_TwoMargins_TheBoxFromJointsHasItsOwn(float ofDetections, float ofJoints)
    {
        var scene = new Scene(decode: new ModelDecode { Padding = ofDetections, FollowedPadding = ofJoints });
        scene.Add(300, 150);
        AssertAt(300, 150, Assert.Single(All(scene.Next())));
        var box = Assert.Single(All(scene.Next())).Box;
        Assert.Equal(60 * ofJoints, box.Width, 0.05 * 60);
        Assert.Equal(120 * ofJoints, box.Height, 0.05 * 120);
    }

    [Fact]
    public void Estimate_LostPerson_BringsTheDetectionForward()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 100 });
        scene.Add(100, 100);
        scene.Next();
        scene.Next();
        Assert.Equal(1, scene.Detections);
        // Jumps out of its crop.
        scene.People[0] = (450, 200, 0.8f);
        scene.Boxes[0] = new Detection(Scene.Around(450, 200), 0.9f);
        Assert.Empty(All(scene.Next()));
        Assert.Equal(1, scene.Detections);
        AssertAt(450, 200, Assert.Single(All(scene.Next())));
        Assert.Equal(2, scene.Detections);
        scene.Next();
        Assert.Equal(2, scene.Detections);
    }

    [Fact]
    public void Estimate_PersonGoneForGood_CostsOneEarlyDetection()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 100 });
        scene.Add(100, 100);
        scene.Next();
        scene.People.Clear();
        scene.Boxes.Clear();
        for (var i = 0; i < 20; i++) { Assert.Empty(All(scene.Next())); }
        Assert.Equal(2, scene.Detections);
    }

    [Fact]
    public void Estimate_WeakPoseOfADetection_IsReportedAndItsBoxKeptWithoutEarlyDetections()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 6 });
        scene.Add(300, 150);
        // Only the four top joints fit in the box: too few to build a box from.
        scene.Boxes[0] = new Detection(new Box(295, 135, 365, 158), 0.9f);
        for (var k = 0; k < 6; k++) { Assert.Single(All(scene.Next())); }
        Assert.Equal(1, scene.Detections);
    }

    [Fact]
    public void Estimate_PersonThatFiveDetectionsMiss_IsGivenUp()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 1 });
        scene.Add(100, 100);
        scene.Next();
        scene.Boxes.Clear();
        for (var i = 0; i < FollowedPerson.MaxUnconfirmed; i++) { Assert.Single(All(scene.Next())); }
        Assert.Empty(All(scene.Next()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Estimate_NewEpochOrStream_ForgetsAndDetects(bool epoch)
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 100 });
        scene.Add(100, 100);
        scene.Next();
        scene.Boxes.Clear();
        Assert.Single(All(scene.Next()));
        if (epoch) { scene.Epoch = 2; } else { scene.Stream = "other"; }
        Assert.Empty(All(scene.Next()));
        Assert.Equal(2, scene.Detections);
    }

    [Fact]
    public void Estimate_DetectionFrame_KeepsATrackedPersonThatTheDetectorMisses()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 2 });
        scene.Add(100, 100);
        scene.Next();
        scene.Boxes.Clear();
        for (var i = 0; i < 6; i++) { Assert.Single(All(scene.Next())); }
        Assert.Equal(4, scene.Detections);
    }

    [Fact]
    public void Estimate_TwoBoxesOnOnePerson_GiveOnePose()
    {
        var scene = new Scene();
        scene.Add(300, 150);
        // IoU with the first box below 0.7, so both are looked at.
        scene.Boxes.Add(new Detection(new Box(270, 120, 400, 300), 0.6f));
        Assert.Equal(0.9f * 0.8f, Assert.Single(All(scene.Next())).Score, 2);
        Assert.Equal(2, scene.Crops);
    }

    [Fact]
    public void Estimate_TwoPeople_StayTwo()
    {
        var scene = new Scene();
        scene.Add(100, 100);
        scene.Add(400, 200);
        for (var i = 0; i < 7; i++) { Assert.Equal(2, scene.Next().Count); }
        Assert.Equal(14, scene.Crops);
    }

    [Fact]
    public void Estimate_MorePeopleThanTheLimit_TakesTheBestDetections()
    {
        var scene = new Scene(new TopDownOptions { DetectEvery = 5, MaxPeople = 2 });
        scene.Add(50, 100, boxScore: 0.5f);
        scene.Add(250, 100, boxScore: 0.9f);
        scene.Add(450, 100, boxScore: 0.7f);
        for (var i = 0; i < 7; i++) { Assert.Equal([250, 450], All(scene.Next()).Select(p => (int)Math.Round(p.Points[0].X / 50) * 50).Order()); }
        Assert.Equal(14, scene.Crops);
    }

    [Fact]
    public void Estimate_BoxWithoutAnyConfidentJoint_IsDropped()
    {
        var scene = new Scene();
        scene.Add(300, 150, score: 0.25f);
        scene.Boxes.Add(new Detection(new Box(10, 10, 60, 100), 0.95f));
        Assert.Empty(All(scene.Next()));
    }

    [Fact]
    public void Estimate_PersonBelowTheMinimumScore_IsNotReported()
    {
        var scene = new Scene(new TopDownOptions { MinScore = 0.5f });
        scene.Add(100, 100, boxScore: 0.9f);
        scene.Add(400, 100, boxScore: 0.5f);
        Assert.Single(All(scene.Next()));
    }

    [Fact]
    public void EstimateBoxes_GivenBoxes_GivesOnePoseEachAndLeavesTheStreamAlone()
    {
        var scene = new Scene();
        scene.Add(300, 150);
        var poses = new PoseList(17);
        using var frame = scene.Draw();
        Detection[] boxes =
        [
            new(Scene.Around(300, 150), 1), new(Scene.Around(300, 150), 0.5f), new(new Box(10, 10, 60, 100), 1), new(new Box(50, 50, 50, 80), 1),
            new(new Box(float.NaN, 0, 10, 10), 1),
        ];
        scene.Estimator.EstimateBoxes(frame, boxes, poses);
        Assert.Equal(5, poses.Count);
        AssertAt(300, 150, poses[0]);
        Assert.Equal(0.8f, poses[0].Score, 3);
        Assert.Equal(0.4f, poses[1].Score, 3);
        for (var i = 2; i < 5; i++) { Assert.All(poses[i].Points, p => Assert.False(p.IsFound)); Assert.Equal(0, poses[i].Score); }
        Assert.Equal((0, 3), (scene.Detections, scene.Crops));
    }

    [Fact]
    public void PreferredFrame_LargeSource_IsScaledToTheLongestSide()
    {
        var estimator = new Scene(new TopDownOptions { MaxFrameSide = 640 }).Estimator;
        Assert.Equal((640, 360), estimator.PreferredFrame(1920, 1080));
        Assert.Equal((360, 640), estimator.PreferredFrame(1080, 1920));
        Assert.Equal((320, 240), estimator.PreferredFrame(320, 240));
    }

    [Fact(DisableParallelization = true)]
    public void Estimate_AfterWarmUp_AllocatesNothing()
    {
        long[] dets = [1, 2, 5], labels = [1, 2], x = [1, 17, 384], y = [1, 17, 512];
        var detector = new ScriptedNetwork(ScriptedNetwork.Describe(EndToEndFamily.Kind, 64, 64), 2, b =>
        {
            var rows = b.Floats(0, dets);
            (rows[0], rows[1], rows[2], rows[3], rows[4]) = (5, 5, 20, 40, 0.9f);
            (rows[5], rows[6], rows[7], rows[8], rows[9]) = (30, 5, 50, 40, 0.8f);
            b.Integers(1, labels).Clear();
        });
        // Joints over 80 % of the crop: the next box is the crop again.
        var pose = new ScriptedNetwork(ScriptedNetwork.Describe(SimccFamily.Kind, 192, 256), 2, b =>
        {
            b.Floats(0, x);
            b.Floats(1, y);
            for (var k = 0; k < 17; k++)
            {
                b.Outputs[0].ResizeFloats(x)[k * 384 + 38 + k % 5 * 77] = 0.9f;
                b.Outputs[1].ResizeFloats(y)[k * 512 + 51 + k / 4 * 102] = 0.9f;
            }
        });
        var estimator = new TopDownEstimator(EstimatorFactory.Detector(detector), new PoseHead(pose, new SimccDecoder(pose.Descriptor)), ScriptedNetwork.Coco, new TopDownOptions { DetectEvery = 3, MaxPeople = 2 });
        var (frame, poses) = (new Frame(80, 60), new PoseList(17));
        for (var i = 0; i < 40; i++) { estimator.Estimate(frame, poses); }
        Assert.Equal(2, poses.Count);
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 200; i++) { estimator.Estimate(frame, poses); }
        }));
    }

    private static IEnumerable<Pose> All(PoseList poses) => Enumerable.Range(0, poses.Count).Select(i => poses[i]);
}
