using System.Globalization;
using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class MunkresAssignmentTests
{
    // Matrices with many optimal assignments and the one that the Python package munkres 1.1.4 chooses.
    public static TheoryData<int, string, string> Ties => new()
    {
        { 3, "-0.7 99.3 -0.7; -0.25 99.75 -0.25; -0.5 99.5 -0.5", "0 2 1" },
        { 4, "-0.5 99.5 99.5 -0.5; 99.1 -0.9 99.1 99.1; 99.1 -0.9 99.1 99.1", "3 1 0" },
        { 4, "-0.8 99.2 -0.8 -0.8; -0.11 -0.11 -0.11 199.89; -0.9 -0.9 -0.9 99.1; -0.9 -0.9 -0.9 99.1", "3 0 2 1" },
        { 5, "-0.3 1e10 1e10 1e10 1e10; 99.5 1e10 1e10 1e10 1e10; -0.3 1e10 1e10 1e10 1e10; 199.1 1e10 1e10 1e10 1e10; 199.89 1e10 1e10 1e10 1e10", "0 1 4 2 3" },
        { 5, "-0.3 199.7 99.7 1e10 1e10; -0.7 199.3 -0.7 1e10 1e10; 199.89 199.89 -0.11 1e10 1e10; -0.5 -0.5 -0.5 1e10 1e10; -0.8 -0.8 99.2 1e10 1e10", "4 2 3 1 0" },
        { 5, "199.89 -0.11 -0.11 1e10 1e10; -0.11 -0.11 99.89 1e10 1e10; 199.89 99.89 199.89 1e10 1e10; -0.9 199.1 -0.9 1e10 1e10; -0.8 199.2 -0.8 1e10 1e10", "1 4 3 2 0" },
        { 5, "199.5 99.5 1e10 1e10 1e10; 99.7 99.7 1e10 1e10 1e10; 99.75 199.75 1e10 1e10 1e10; 99.1 99.1 1e10 1e10 1e10; -0.25 99.75 1e10 1e10 1e10", "4 2 3 1 0" },
        { 5, "99.2 -0.8 99.2 99.2 -0.8; 99.5 -0.5 -0.5 199.5 99.5; 199.1 -0.9 99.1 -0.9 -0.9; 99.5 -0.5 -0.5 -0.5 -0.5; 99.3 -0.7 99.3 -0.7 99.3", "0 2 1 4 3" },
        { 5, "99.1 99.1 99.1 99.1 -0.9; 99.75 -0.25 199.75 99.75 -0.25; 99.5 99.5 -0.5 99.5 -0.5; 99.7 99.7 -0.3 99.7 -0.3", "4 1 2 0" },
        { 6, "99.3 99.3 99.3 99.3 99.3 99.3; 99.5 99.5 -0.5 -0.5 99.5 199.5; -0.9 99.1 -0.9 99.1 99.1 99.1; 99.7 99.7 -0.3 99.7 -0.3 -0.3; 99.2 99.2 -0.8 199.2 99.2 -0.8", "3 2 0 4 5" },
        { 6, "-0.8 -0.8 -0.8 199.2 99.2 199.2; 99.89 -0.11 199.89 -0.11 99.89 -0.11; -0.25 -0.25 99.75 -0.25 199.75 199.75; -0.5 -0.5 99.5 -0.5 199.5 -0.5; 199.2 -0.8 99.2 199.2 199.2 -0.8", "2 1 3 0 5" },
        { 6, "99.7 99.7 99.7 -0.3 99.7 -0.3; 99.75 199.75 99.75 -0.25 99.75 -0.25; -0.25 99.75 99.75 99.75 -0.25 99.75; 199.75 99.75 -0.25 99.75 99.75 -0.25; 99.1 99.1 -0.9 199.1 99.1 99.1", "3 5 0 2 1" },
    };

    [Theory, MemberData(nameof(Ties))]
    public void Solve_ManyOptimalAssignments_ChoosesThatOfTheReference(int columns, string matrix, string expected)
    {
        var rows = matrix.Split(';');
        var cost = matrix.Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries).Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        var chosen = new int[rows.Length];
        new MunkresAssignment().Solve(cost, rows.Length, columns, chosen);
        Assert.Equal(expected, string.Join(' ', chosen));
    }

    [Fact]
    public void Solve_RandomMatrices_IsOptimal()
    {
        var random = new Random(5);
        var assignment = new MunkresAssignment();
        for (var trial = 0; trial < 300; trial++)
        {
            var rows = random.Next(1, 6);
            var columns = random.Next(rows, 7);
            var cost = Enumerable.Range(0, rows * columns).Select(_ => trial % 2 == 0 ? random.NextDouble() : random.Next(4)).ToArray();
            var chosen = new int[rows];
            assignment.Solve(cost, rows, columns, chosen);
            Assert.Equal(rows, chosen.Distinct().Count());
            Assert.Equal(Least(cost, rows, columns, 0, 0), chosen.Select((c, r) => cost[r * columns + c]).Sum(), 1e-9);
        }
    }

    [Fact]
    public void Solve_MoreRowsThanColumns_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MunkresAssignment().Solve([1, 2], 2, 1, new int[2]));

    [Fact]
    public void Solve_ValuesThatAreNotFinite_AreRefusedInsteadOfSearchedForEver() =>
        Assert.Throws<ArgumentException>(() => new MunkresAssignment().Solve([double.NaN, double.NaN, 1, 2], 2, 2, new int[2]));

    private static double Least(double[] cost, int rows, int columns, int row, int used)
    {
        if (row == rows) { return 0; }
        var least = double.PositiveInfinity;
        for (var c = 0; c < columns; c++)
        {
            if ((used >> c & 1) == 0) { least = Math.Min(least, cost[row * columns + c] + Least(cost, rows, columns, row + 1, used | 1 << c)); }
        }
        return least;
    }
}
