using EdgePose.Domain;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Tests.People.Skipping;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.People;

/// <summary>What skipping costs and saves, by simulation: drawn scenes, networks that know them, and a clock that is only a number.</summary>
public sealed class PeoplePipelineTests(ITestOutputHelper output)
{
    private const double Fps = 30;

    [Theory]
    // With pictures there is optical flow; legs that pass one another keep every sixth frame below .90 of full rate.
    [InlineData(3, false, 0.97)]
    [InlineData(6, false, 0.80)]
    [InlineData(3, true, 0.97)]
    [InlineData(6, true, 0.87)]
    public void WalkingPeople_MeasuredEveryNthFrame_ArePublishedNearlyAsWell(int period, bool pictures, double least)
    {
        var full = Accuracy(1, true, false);
        var (moved, held) = (Accuracy(period, true, pictures), Accuracy(period, false, false));
        output.WriteLine($"N = {period}, pictures {pictures}: AP {moved:f3} of {full:f3}, ratio {moved / full:f3}; hold-last {held:f3}, ratio {held / full:f3}");
        Assert.True(full > 0.95);
        Assert.True(moved >= least * full, $"{moved:f3} of {full:f3}");
        Assert.True(moved > held);
    }

    /// <summary>AP of what is listed for every frame of five seconds, against the truth.</summary>
    private static double Accuracy(int period, bool propagate, bool pictures)
    {
        var stage = new Stage { Walkers = { new Walker(1, -60, 200, 150), new Walker(2, 10, 190, 120, 0.6), new Walker(3, 100, 210, 160, 0) } };
        var estimator = new ScriptedEstimator(stage, hasDetector: false);
        var stages = new PeoplePipeline(estimator, new TrackerSettings { Propagate = propagate }, new SkippingSettings { Enabled = false, Propagate = propagate });
        var (black, truth, results) = (new Frame(stage.Width, stage.Height), new List<(long, Walker, double)>(), new List<PersonResult>());
        for (var i = 0; i < 150; i++)
        {
            estimator.Time = i / Fps;
            black.Info = new FrameInfo("cam", 1, i, 0, default);
            stages.Process(pictures ? stage.At(i / Fps) : black, i / Fps, Quality.Full with { PosePeriod = period });
            truth.AddRange(stage.Present(i / Fps).Select(w => ((long)i, w, i / Fps)));
            for (var k = 0; k < stages.People.Count; k++) { results.Add(Result(i, stages.People[k])); }
        }
        var dataset = Truth(150, truth);
        return KeypointScores.Of(EvalImage.Prepare(dataset, results, KeypointTask.Plain(dataset))).Ap;
    }

    private static PersonResult Result(long image, TrackedPose p) => new()
    {
        Image = image, Score = p.Score, Points = [.. p.Points.SelectMany(q => new double[] { q.X, q.Y, q.Score })], Box = [p.Box.X1, p.Box.Y1, p.Box.Width, p.Box.Height],
    };

    private static Dataset Truth(int frames, List<(long Image, Walker Walker, double Time)> people) => new()
    {
        Path = "stage", Sha256 = "", Skeleton = Skeletons.Coco17, Category = 1,
        Images = [.. Enumerable.Range(0, frames).Select(i => new DatasetImage(i, "", 320, 240, null, i))],
        People = [.. people.Select((p, i) => new DatasetPerson
        {
            Id = i + 1, Image = p.Image, Area = 0.21 * p.Walker.Height * p.Walker.Height, IsCrowd = false, Labelled = 17, Track = p.Walker.Id,
            Box = [p.Walker.BoxAt(p.Time).X1, p.Walker.BoxAt(p.Time).Y1, p.Walker.BoxAt(p.Time).Width, p.Walker.BoxAt(p.Time).Height],
            Points = [.. p.Walker.Joints(p.Time).SelectMany(j => new[] { j.X, j.Y, 2.0 })],
        })],
    };

    [Theory]
    [InlineData(false, 1, 0.0, 0.7)]
    [InlineData(true, 0, 4.0, 1.0)]
    [InlineData(true, 2, 4.0, 0.7)]
    public void StaticScene_AMinute_CostsAFewPercentOfAlwaysOn(bool hasDetector, int people, double noise, double keyFrames)
    {
        var stage = new Stage(160, 120, noise) { KeyFrames = keyFrames };
        for (var i = 0; i < people; i++) { stage.Walkers.Add(new Walker(i + 1, 40 + 60 * i, 110, 80, 0)); }
        var run = new Simulation(stage, hasDetector);
        run.Play(0, 60);
        var always = hasDetector ? 1800 * (1 + people) : 1800;
        var runs = run.Estimator.DetectorRuns + run.Estimator.PoseRuns;
        output.WriteLine($"detector {run.Estimator.DetectorRuns / 60.0:f2}/s, pose {run.Estimator.PoseRuns / 60.0:f2}/s, {100.0 * runs / always:f2} % of always-on");
        Assert.True(runs <= 0.05 * always, $"{runs} of {always} runs");
        Assert.True(run.Estimator.DetectorRuns <= 1.1 * 60, $"{run.Estimator.DetectorRuns} detector runs");
        Assert.True(!hasDetector || run.Estimator.PoseRuns <= 1.1 * 2 * 60 * people, $"{run.Estimator.PoseRuns} pose runs");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(true, 0.7)]
    public void Newcomer_InAStaticScene_IsPublishedBeforeTheLongestGapIsOver(bool hasDetector, double keyFrames)
    {
        var worst = 0.0;
        foreach (var enters in (double[])[12.0, 12.45, 12.7])
        {
            var stage = new Stage(160, 120, 2) { KeyFrames = keyFrames, Walkers = { new Walker(1, 40, 110, 80, 0), new Walker(2, 110, 110, 80, 0, enters) } };
            worst = Math.Max(worst, SecondsUntilTwo(new Simulation(stage, hasDetector), enters));
        }
        output.WriteLine($"at most {1000 * worst:f0} ms");
        Assert.True(worst <= 0.1, $"{worst:f2} s");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Newcomer_WhomTheGateCannotSee_IsPublishedAfterTheLongestGap(bool hasDetector)
    {
        const double Enters = 12.05;
        var empty = new Stage(160, 120, 2);
        var run = new Simulation(new Stage(160, 120) { Walkers = { new Walker(1, 40, 110, 80, 0), new Walker(2, 110, 110, 80, 0, Enters) } }, hasDetector) { Pictures = empty };
        // The longest gap, and the second look that a newcomer needs.
        Assert.InRange(SecondsUntilTwo(run, Enters), 0, 1 + 2 / Fps);
    }

    private static double SecondsUntilTwo(Simulation run, double enters)
    {
        var seen = double.PositiveInfinity;
        run.Play(enters - 6, enters + 2, t => seen = run.Stages.People.Count == 2 ? Math.Min(seen, t) : seen);
        return seen - enters;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Pan_ForTwentySeconds_HoldsNobody(double pan)
    {
        var stage = new Stage(noise: 2) { Pan = pan, Walkers = { new Walker(1, 400, 220, 160, -pan / 160), new Walker(2, 300, 200, 130, -pan / 130) } };
        var run = new Simulation(stage, hasDetector: true);
        var (held, listed) = (0, 0);
        run.Play(0, 20, _ =>
        {
            for (var i = 0; i < run.Stages.People.Count; i++) { (held, listed) = (held + (run.Stages.People[i].Source == PoseSource.Held ? 1 : 0), listed + 1); }
        });
        output.WriteLine($"{held} of {listed} held");
        Assert.True(listed > 500);
        Assert.True(held <= 0.02 * listed, $"{held} of {listed} held");
    }
}

/// <summary>A stage, networks that know it, tracker and planner.</summary>
internal sealed class Simulation
{
    private readonly double _fps;

    public Simulation(Stage stage, bool hasDetector, SkippingSettings? options = null, double fps = 30)
    {
        (Stage, Estimator, _fps) = (stage, new ScriptedEstimator(stage, hasDetector), fps);
        Stages = new PeoplePipeline(Estimator, new TrackerSettings(), options ?? new SkippingSettings());
    }

    public Stage Stage { get; }
    public ScriptedEstimator Estimator { get; }
    public PeoplePipeline Stages { get; }
    public Quality Quality { get; set; } = Quality.Full;

    /// <summary>What the camera shows instead of the stage that the networks see.</summary>
    public Stage? Pictures { get; init; }

    public void Play(double from, double to, Action<double>? each = null)
    {
        for (var i = (int)Math.Round(from * _fps); i < (int)Math.Round(to * _fps); i++)
        {
            Estimator.Time = i / _fps;
            Stages.Process((Pictures ?? Stage).At(i / _fps), i / _fps, Quality);
            each?.Invoke(i / _fps);
        }
    }
}
