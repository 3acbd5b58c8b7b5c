using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Tests.Workshop.Evaluation;

public sealed class PairedEvaluationTests
{
    private const int Pictures = 60;

    private sealed record Findings(Skeleton Skeleton, IReadOnlyList<PersonResult> Results, string Name) : PairedEvaluation.IFindings
    {
        public double MedianMs => 10;

        public RunFigures Describe(int pictures) => new()
        {
            Model = new ModelUse(Name, new string('a', 64), "cpu", []), Profile = "accurate", Threads = 1, Seconds = 1, PerSecond = pictures,
        };
    }

    private static Sample Truth()
    {
        var sample = new Sample();
        for (var i = 1; i <= Pictures; i++) { sample.Image(i).Person(i, 200, 200); }
        return sample;
    }

    /// <summary>Finds the person of every picture, off by so much where the rule says so. Every third picture is too hard for anybody.</summary>
    private static IReadOnlyList<PersonResult> Find(Func<int, double> off)
    {
        var sample = new Sample();
        for (var i = 1; i <= Pictures; i++) { sample.Found(i, i % 3 == 0 ? 500 : 200 + off(i), 200, 0.9 - i * 1e-3); }
        return sample.Results;
    }

    private static ComparisonReport Compare(Func<int, double> first, Func<int, double> second) => PairedEvaluation.Report(
        Truth().Dataset, new Findings(Skeletons.Coco17, Find(first), "old"), new Findings(Skeletons.Coco17, Find(second), "new"), default);

    [Fact]
    public void Report_SameResults_DifferByNothingWithoutAnInterval()
    {
        var report = Compare(_ => 0, _ => 0);
        Assert.Equal((0.0, 0.0, 0.0, false), (report.Difference.Ap, report.Difference.Low, report.Difference.High, report.Difference.IsShown));
        Assert.Equal("no difference is shown: new is 0.0 points of AP above old (0.0 .. 0.0 with 95 % confidence)", report.Verdict);
        Assert.Equal((Pictures, Pictures), (report.Images, report.People));
    }

    [Fact]
    public void Report_SlightlyWorseEverywhere_IsShownAlthoughEachIntervalIsWide()
    {
        var report = Compare(_ => 0, _ => 7);
        Assert.True(report.Difference is { Ap: < -0.05, High: < 0, IsShown: true }, $"{report.Difference}");
        // The pictures are so different that the AP of one model alone is known to a tenth.
        var alone = KeypointMeasures.Report(Truth().Dataset, Find(_ => 7), Skeletons.Coco17, default).ApInterval!;
        Assert.True(report.Difference.High - report.Difference.Low < 0.8 * (alone.High - alone.Low), $"{report.Difference} {alone}");
        Assert.Matches(@"^new is worse than old by \d+\.\d points of AP \(-\d+\.\d \.\. -\d+\.\d with 95 % confidence\)$", report.Verdict);
        Assert.StartsWith("new is better than old by", Compare(_ => 7, _ => 0).Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OneBetterOneWorse_IsNotShown()
    {
        var report = Compare(i => i == 1 ? 60 : 0, i => i == 2 ? 60 : 0);
        Assert.False(report.Difference.IsShown);
        Assert.True(report.Difference is { Low: < 0, High: > 0 }, $"{report.Difference}");
    }

    [Fact]
    public void Report_ModelsOfDifferentJoints_AreMeasuredByThoseOfBoth()
    {
        var report = PairedEvaluation.Report(
            Truth().Dataset, new Findings(Skeletons.Coco17, Find(_ => 0), "old"), new Findings(Skeletons.CrowdPose14, Find(_ => 0), "new"), default);
        Assert.Equal((12, 0.0), (report.Joints.Count, report.Difference.Ap));
        Assert.Contains("only the 12 joints", Assert.Single(report.Notes), StringComparison.Ordinal);
    }
}
