using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Tests.Networks.TopDown;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;
using EdgePose.Workshop.Quantization;

namespace EdgePose.Tests.Workshop.Quantization;

public sealed class AccuracyTests
{
    private static readonly ModelDescriptor TopDown = ScriptedNetwork.Describe(HeatmapFamily.Kind, 192, 256) with { Skeleton = "coco17" };
    private static readonly ModelDescriptor BottomUp = ScriptedNetwork.Describe(LitePoseFamily.Kind, 448, 448) with { Skeleton = "coco17" };
    private static readonly ModelDescriptor Detector = ScriptedNetwork.Describe(PicoDetFamily.Kind, 320, 320);

    private static Person At(double x, double y, float score = 0.9f, double shift = 0, float joint = 0.8f) => new(
        [.. Enumerable.Range(0, 17).Select(k => new Keypoint((float)(x + k % 4 * 20 + shift), (float)(y + k / 4 * 30), joint))],
        new Box((float)x, (float)y, (float)x + 60, (float)y + 120), score, 0.5);

    private static Person BoxAt(float x, float y, float score = 0.9f, float side = 100) => new([], new Box(x, y, x + side, y + side), score, 2);

    private static Examination Examine(ModelDescriptor model, params IReadOnlyList<Person>[] exact) => new(model, Set(exact.Length), exact);

    private static EvalSet Set(int pictures) => new(
        [.. Enumerable.Range(0, pictures).Select(i => new SurveyedSample(new Sample($"{i}.jpg"), $"{i}", 640, 480, [], true))], [.. Enumerable.Range(1, pictures).Select(i => (long)i)], null);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Likeness_SamePeople_IsOne(bool bottomUp)
    {
        IReadOnlyList<Person>[] people = [[At(10, 10), At(300, 50)], []];
        var alike = Likeness.Of(bottomUp ? BottomUp : TopDown, people, people);
        Assert.Equal((1.0, 0, 0, 2, 0, 0), (alike.Agreement, alike.MeanShift, alike.MedianShift, alike.People, alike.Missed, alike.Extra));
    }

    [Fact]
    public void Likeness_JointsMoved_IsInPixelsOfTheInput()
    {
        var alike = Likeness.Of(TopDown, [[At(10, 10)]], [[At(10, 10, shift: 4)]]);
        Assert.Equal((2, 2), (alike.MeanShift, alike.MedianShift), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-4);
        Assert.InRange(alike.Agreement, 0.2, 0.99);
    }

    [Fact]
    public void Likeness_BottomUpPersonMissed_IsCountedApartFromTheOthersJoints()
    {
        var alike = Likeness.Of(BottomUp, [[At(10, 10), At(300, 50)]], [[At(300, 50)]]);
        Assert.Equal((1.0, 2, 1, 0), (alike.Agreement, alike.People, alike.Missed, alike.Extra));
        Assert.Equal((0.5, 0), (alike.Total.Missed, alike.Total.MoreThan), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-6);
    }

    [Fact]
    public void Likeness_BottomUpExtraPerson_IsCountedUnlessTheFloatModelSawThemWeakly()
    {
        var alike = Likeness.Of(BottomUp, [[At(10, 10), At(450, 300, joint: 0.01f)]], [[At(10, 10), At(300, 50), At(450, 300)]]);
        Assert.Equal((1.0, 1, 0, 1), (alike.Agreement, alike.People, alike.Missed, alike.Extra));
        Assert.Equal(1, alike.Total.MoreThan, 1e-6);
    }

    [Fact]
    public void Likeness_DoubtfulPerson_WeighsLittle()
    {
        var alike = Likeness.Of(BottomUp, [[At(10, 10, score: 0.9f), At(300, 50, score: 0.1f)]], [[At(10, 10, score: 0.9f)]]);
        Assert.Equal(0.1, alike.Total.Missed, 1e-6);
        var moved = Likeness.Of(BottomUp, [[At(10, 10, score: 0.9f), At(300, 50, score: 0.1f)]], [[At(10, 10, score: 0.9f), At(300, 50, score: 0.1f, shift: 20)]]);
        Assert.InRange(moved.Agreement, 0.9, 0.999);
    }

    [Fact]
    public void Likeness_TopDownJointGone_LowersTheAgreementButMovesNothing()
    {
        var found = At(10, 10);
        found.Points[3] = Keypoint.Missing;
        var alike = Likeness.Of(TopDown, [[At(10, 10)]], [[found]]);
        Assert.Equal((16.0 / 17, 0), (alike.Agreement, alike.MeanShift), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-6 && a.Item2 == b.Item2);
    }

    [Fact]
    public void Likeness_DoubtfulJoints_CountOnlyWhereNobodyHasOthers()
    {
        Assert.Equal(1, Likeness.Of(TopDown, [[At(10, 10), At(300, 50, joint: 0.01f)]], [[At(10, 10), At(0, 0)]]).People);
        // Random weights: nothing is sure, so everything is compared.
        Assert.Equal(2, Likeness.Of(TopDown, [[At(10, 10, joint: 0.01f), At(300, 50, joint: 0.02f)]], [[At(10, 10), At(300, 50)]]).People);
    }

    [Fact]
    public void Likeness_Boxes_IsTheF1OfThoseAboveTheThreshold()
    {
        var alike = Likeness.Of(Detector, [[BoxAt(0, 0), BoxAt(300, 0), BoxAt(0, 300, 0.1f)]], [[BoxAt(2, 0), BoxAt(200, 200), BoxAt(50, 300, 0.2f)]]);
        Assert.Equal(0.5, alike.Agreement, 1e-9);
        Assert.Equal((2, 4.0), (alike.People, Math.Round(alike.MeanShift, 6)));
    }

    [Fact]
    public void Examine_Poses_LoseApAgainstTheFloatModelWhenTheyMove()
    {
        var examination = Examine(TopDown, [At(10, 10), At(300, 50)], [At(50, 80)]);
        Assert.Equal(("oks", 3), (examination.Measure, examination.People));
        var (same, moved) = (examination.Examine(examination.Exact, default), examination.Examine([[At(10, 10, shift: 15), At(300, 50)], [At(50, 80)]], default));
        Assert.Equal((1.0, 1.0), (same.ApAgainstFloat, same.Likeness.Agreement), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.True(moved.ApAgainstFloat < 0.9 && moved.Likeness.Agreement < 0.9, $"{moved}");
        Assert.Equal((Outcome.Accepted, Outcome.Refused), (same.Judge(QuantizationLimits.Default), moved.Judge(QuantizationLimits.Default)));
        Assert.Null(same.ApLoss);
    }

    /// <summary>A float model that a grey level unsettles: it loses one of ten people, and the others move a little.</summary>
    private static IReadOnlyList<IReadOnlyList<Person>> Crowd(double shift, int lost, int pictures = 60) =>
        [.. Enumerable.Range(0, pictures).Select(i => (IReadOnlyList<Person>)[.. Enumerable.Range(0, 10).Where(k => k >= lost || (k + i) % 10 != 0).Select(k => At(60 * k, 10, shift: shift))])];

    [Fact]
    public void Judge_DiffersAsMuchAsAfterAHarmlessChange_IsAccepted()
    {
        var exact = Crowd(0, 0);
        var examination = new Examination(BottomUp, Set(60), exact, Crowd(1, 0), Crowd(0, 10));
        var exam = examination.Examine(Crowd(1, 10), default);
        Assert.Equal(Outcome.Accepted, exam.Judge(QuantizationLimits.Default));
        Assert.Equal(1, exam.Agreement.Value, 0.01);
        // Without knowing what harmless changes do, the same candidate would be refused for the people whom it missed.
        Assert.Equal(Outcome.Refused, new Examination(BottomUp, Set(60), exact).Examine(Crowd(1, 10), default).Judge(QuantizationLimits.Default));
    }

    [Fact]
    public void Judge_JointsMovedFurtherThanAfterAHarmlessChange_IsRefused()
    {
        var examination = new Examination(BottomUp, Set(60), Crowd(0, 0), Crowd(1, 10));
        Assert.Equal(Outcome.Refused, examination.Examine(Crowd(12, 0), default).Judge(QuantizationLimits.Default));
    }

    [Fact]
    public void Judge_ModelThatHarmlessChangesUnsettleEntirely_ProvesNothing()
    {
        // Noise would be excused by more noise.
        var examination = new Examination(BottomUp, Set(60), Crowd(0, 0), Crowd(25, 0));
        Assert.NotEqual(Outcome.Accepted, examination.Examine(Crowd(25, 0), default).Judge(QuantizationLimits.Default));
    }

    [Fact]
    public void Judge_FewPictures_LimitThatOnlyThePointKeeps_IsNotShown()
    {
        // One of forty people lost, in one picture of four: within three hundredths as measured, but anybody's guess.
        IReadOnlyList<IReadOnlyList<Person>> exact = Crowd(0, 0, pictures: 4);
        IReadOnlyList<IReadOnlyList<Person>> found = [.. exact.Select((people, i) => i == 0 ? (IReadOnlyList<Person>)[.. people.Skip(1)] : people)];
        var exam = new Examination(BottomUp, Set(4), exact).Examine(found, default);
        Assert.InRange(exam.Agreement.Value, 0.97, 0.98);
        Assert.True(exam.Agreement.Low < 0.97, $"{exam.Agreement}");
        Assert.Equal(Outcome.NotShown, exam.Judge(QuantizationLimits.Default));
    }

    [Fact]
    public void TooLittle_FewerThanAskedFor_IsTheErrorThatNamesBothNumbers()
    {
        var few = Examine(TopDown, [At(10, 10), At(300, 50)], [At(50, 80)]);
        var error = QuantizeVerdict.TooLittle("mine", few, Evidence.Default)!;
        Assert.Equal(ExitCode.Threshold, error.Code);
        Assert.Contains("model mine: not shown to be as good as its float model: 0 inputs with 3 people are held out to compare on, 50 inputs and 50 people are needed", error.Message, StringComparison.Ordinal);
        Assert.Contains("--min-inputs", error.Hint, StringComparison.Ordinal);
        Assert.NotNull(QuantizeVerdict.TooLittle("mine", few, new Evidence(0, 4)));
        Assert.Null(QuantizeVerdict.TooLittle("mine", few, new Evidence(0, 3)));
    }

    [Fact]
    public void Examine_WithGroundTruth_ApDecidesAndNotTheAgreement()
    {
        var truth = new Evaluation.Sample().Image(1).Image(2).Person(1, 100, 100).Person(2, 200, 200).Dataset;
        IReadOnlyList<Person>[] exact = [[Stack(100, 100)], [Stack(230, 230)]], better = [[Stack(100, 100)], [Stack(200, 200)]];
        var examination = new Examination(TopDown, Set(2) with { Truth = truth }, exact);
        Assert.Equal(("ap", 2), (examination.Measure, examination.People));
        var exam = examination.Examine(better, default);
        Assert.True(exam.ApQuantized > exam.ApFloat && exam.ApLoss < 0, $"{exam}");
        Assert.True(exam.Likeness.Agreement < 0.97);
        Assert.Equal(Outcome.Accepted, exam.Judge(QuantizationLimits.Default));
        var worse = new Examination(TopDown, Set(2) with { Truth = truth }, better).Examine(exact, default);
        Assert.True(worse.ApLoss > 1);
        Assert.Equal((Outcome.Refused, Outcome.Accepted), (worse.Judge(QuantizationLimits.Default), worse.Judge(new QuantizationLimits(100, 0))));
    }

    [Fact]
    public void Examine_DetectorWithGroundTruth_MeasuresBoxAp()
    {
        var truth = new Evaluation.Sample().Image(1).Person(1, 100, 100).Person(1, 400, 300, labelled: 0).Person(1, 550, 100, crowd: true).Dataset;
        IReadOnlyList<Person>[] exact = [[BoxAt(50, 50), BoxAt(350, 250, 0.8f), BoxAt(520, 80, 0.95f, 30)]];
        var examination = new Examination(Detector, Set(1) with { Truth = truth }, exact);
        // People without joints count, what lies in the crowd does not.
        Assert.Equal(("box_ap", 2, 1.0), (examination.Measure, examination.People, Math.Round(examination.ApFloat!.Value, 9)));
        Assert.Equal(50, examination.Examine([[BoxAt(50, 50)]], default).ApLoss!.Value, 1.0);
    }

    private static Person Stack(float x, float y) => new([.. Enumerable.Repeat(new Keypoint(x, y, 0.9f), 17)], new Box(x - 50, y - 50, x + 50, y + 50), 0.9f, 1);
}
