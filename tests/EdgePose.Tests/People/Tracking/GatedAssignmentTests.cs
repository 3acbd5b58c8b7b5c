using EdgePose.People.Tracking;
using EdgePose.TestSupport;

namespace EdgePose.Tests.People.Tracking;

public sealed class GatedAssignmentTests
{
    private readonly GatedAssignment _assignment = new();

    [Fact]
    public void Solve_RandomSmallMatrices_EqualsBruteForce()
    {
        var random = new Random(5);
        for (var test = 0; test < 3000; test++)
        {
            var (rows, columns) = (random.Next(0, 6), random.Next(0, 6));
            var limit = (float)random.NextDouble() * 2 - 0.5f;
            var cost = Enumerable.Range(0, rows * columns).Select(_ => random.Next(20) == 0 ? float.NaN : (float)(random.NextDouble() * 3 - 1)).ToArray();
            var result = new int[rows];
            _assignment.Solve(cost, rows, columns, limit, result);
            Assert.Equal(result.Count(c => c >= 0), result.Where(c => c >= 0).Distinct().Count());
            Assert.All(Enumerable.Range(0, rows).Where(r => result[r] >= 0), r => Assert.True(cost[r * columns + result[r]] < limit));
            var value = Enumerable.Range(0, rows).Where(r => result[r] >= 0).Sum(r => (double)cost[r * columns + result[r]] - limit);
            Assert.Equal(BruteForce(cost, rows, columns, limit, 0, 0), value, 1e-5);
        }
    }

    [Theory]
    [InlineData(40, 60)]
    [InlineData(60, 40)]
    public void Solve_TransposedMatrix_GivesTheSamePairs(int rows, int columns)
    {
        var random = new Random(6);
        var cost = Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextDouble()).ToArray();
        var turned = Enumerable.Range(0, rows * columns).Select(i => cost[i % rows * columns + i / rows]).ToArray();
        var (a, b) = (new int[rows], new int[columns]);
        _assignment.Solve(cost, rows, columns, 0.1f, a);
        _assignment.Solve(turned, columns, rows, 0.1f, b);
        Assert.Contains(a, c => c >= 0);
        Assert.All(Enumerable.Range(0, rows).Where(r => a[r] >= 0), r => Assert.Equal(r, b[a[r]]));
    }

    [Fact]
    public void Solve_CostAtTheLimit_IsNotPaired()
    {
        var result = new int[2];
        _assignment.Solve([0.5f, 9, 9, 0.499f], 2, 2, 0.5f, result);
        Assert.Equal([-1, 1], result);
    }

    [Fact]
    public void Solve_GoodPairAgainstTwoPoorOnes_FollowsTheSum()
    {
        var result = new int[2];
        _assignment.Solve([0.05f, 0.8f, 0.8f, 5], 2, 2, 0.9f, result);
        Assert.Equal([0, -1], result);
        _assignment.Solve([0.05f, 0.3f, 0.3f, 5], 2, 2, 0.9f, result);
        Assert.Equal([1, 0], result);
    }

    [Fact]
    public void Solve_EqualCosts_IsDeterministic()
    {
        var (a, b) = (new int[4], new int[4]);
        _assignment.Solve(new float[16], 4, 4, 1, a);
        new GatedAssignment().Solve(new float[16], 4, 4, 1, b);
        Assert.Equal(a, b);
        Assert.Equal([0, 1, 2, 3], a.Order());
    }

    [Fact(DisableParallelization = true)]
    public void Solve_AfterWarmUp_AllocatesNothing()
    {
        var (cost, result) = (new float[100 * 120], new int[120]);
        var random = new Random(7);
        for (var i = 0; i < cost.Length; i++) { cost[i] = (float)random.NextDouble(); }
        _assignment.Solve(cost, 100, 120, 1, result);
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 50; i++) { _assignment.Solve(cost, 120, 100, 1, result); }
        }));
    }

    private static double BruteForce(float[] cost, int rows, int columns, float limit, int row, int used)
    {
        if (row == rows) { return 0; }
        var best = BruteForce(cost, rows, columns, limit, row + 1, used);
        for (var c = 0; c < columns; c++)
        {
            var value = cost[row * columns + c];
            if ((used & 1 << c) != 0 || !(value < limit)) { continue; }
            best = Math.Min(best, value - limit + BruteForce(cost, rows, columns, limit, row + 1, used | 1 << c));
        }
        return best;
    }
}
