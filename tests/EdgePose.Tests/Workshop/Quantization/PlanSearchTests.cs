using EdgePose.Workshop.Quantization;
using EdgePose.Domain;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Tests.Networks.TopDown;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Tests.Workshop.Quantization;

public sealed class PlanSearchTests
{
    /// <summary>A network whose loss is the sum of what its quantized groups cost.</summary>
    private sealed class Scripted(params (string Group, double Cost)[] groups)
    {
        public int Evaluations { get; private set; }
        public IReadOnlyList<string> Ranked { get; } = [.. groups.Select(g => g.Group)];

        public double Loss(IReadOnlyList<string> inFloat) => groups.Where(g => !inFloat.Contains(g.Group)).Sum(g => g.Cost);

        public Plan Find(double budget, int most = int.MaxValue) => PlanSearch.Find(Ranked, most, inFloat =>
        {
            Evaluations++;
            return Loss(inFloat) <= budget;
        });
    }

    [Fact]
    public void Find_WithinTheBudgetFromTheStart_KeepsNothingInFloat()
    {
        var network = new Scripted(("a", 0.4), ("b", 0.3));
        Assert.Equal((0, true, 1), (network.Find(1).FloatGroups.Count, network.Find(1).IsWithin, network.Evaluations / 2));
    }

    [Theory]
    [InlineData(7.2, 1)]
    [InlineData(4.2, 2)]
    [InlineData(2.2, 3)]
    [InlineData(1.0, 5)]
    public void Find_RankedByCost_KeepsTheFewest(double budget, int expected)
    {
        var network = new Scripted(("a", 4), ("b", 3), ("c", 2), ("d", 0.8), ("e", 0.5), ("f", 0.4), ("g", 0.3), ("h", 0.1));
        var plan = network.Find(budget);
        Assert.True(plan.IsWithin);
        Assert.Equal(expected, plan.FloatGroups.Count);
        Assert.InRange(network.Loss(plan.FloatGroups), 0, budget);
    }

    [Fact]
    public void Find_RankingThatMisleads_IsCorrectedByTheEvaluation()
    {
        // The ranking puts harmless groups first; they go back to int8 at the end.
        var network = new Scripted(("harmless", 0.1), ("also", 0.1), ("bad", 5), ("rest", 0.2));
        var plan = network.Find(0.5);
        Assert.Equal(["bad"], plan.FloatGroups);
    }

    [Fact]
    public void Find_NothingHelps_GivesUpAtTheLimit()
    {
        var network = new Scripted(("a", 9), ("b", 9), ("c", 9), ("d", 9));
        var plan = network.Find(1, most: 2);
        Assert.False(plan.IsWithin);
        Assert.Equal(["a", "b"], plan.FloatGroups);
    }

    [Fact]
    public void Find_ManyGroups_NeedsFewEvaluations()
    {
        var network = new Scripted([.. Enumerable.Range(0, 64).Select(i => ($"g{i}", i == 20 ? 5 : 0.001))]);
        Assert.Equal(["g20"], network.Find(1).FloatGroups);
        Assert.InRange(network.Evaluations, 1, 40);
    }

    [Fact]
    public void Order_SignalAndShift_BothCount()
    {
        GroupCost[] costs = [new("quiet", 40, 0.1, 1), new("noisy", 5, 0.1, 1), new("jumpy", 38, 9, 1), new("worst", 4, 8, 0.5)];
        var order = Sensitivity.Order(costs).Select(c => c.Group).ToList();
        Assert.Equal(("worst", "quiet"), (order[0], order[^1]));
    }

    [Fact]
    public void Order_OutputsThatCannotBeCompared_FallsBackToTheShift()
    {
        GroupCost[] costs = [new("still", null, 0.1, 1), new("lost", null, null, 0), new("moved", null, 3, 1)];
        Assert.Equal(["lost", "moved", "still"], Sensitivity.Order(costs).Select(c => c.Group));
    }

    [Fact]
    public void Rank_EachGroup_IsMeasuredAloneAndReported()
    {
        var reports = new List<(int, int)>();
        var ranked = Sensitivity.Rank(["a", "b"], g => new Difference(g == "a" ? 30 : 10, Moved(g == "a" ? 1 : 20)), new Now(reports), default);
        Assert.Equal(["b", "a"], ranked.Select(c => c.Group));
        Assert.Equal([(1, 2), (2, 2)], reports);
    }

    private static Likeness Moved(float pixels)
    {
        Person At(float x) => new([], new Box(x, 0, x + 100, 100), 0.9f, 1);
        return Likeness.Of(ScriptedNetwork.Describe(PicoDetFamily.Kind, 320, 320), [[At(0)]], [[At(pixels)]]);
    }

    private sealed class Now(List<(int, int)> reports) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => reports.Add(value);
    }
}
