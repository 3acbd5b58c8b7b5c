namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>Pairs rows with columns so that the sum of the scores is largest (shortest augmenting paths with potentials, O(n²·m) for n ≤ m).</summary>
internal static class BestPairs
{
    /// <summary>Column of each row, or -1; the shorter side is paired completely, whatever the scores.</summary>
    /// <param name="score">Row-major, rows x columns, finite.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    public static int[] Find(ReadOnlySpan<double> score, int rows, int columns)
    {
        var columnOfRow = new int[rows];
        Array.Fill(columnOfRow, -1);
        if (rows == 0 || columns == 0) { return columnOfRow; }
        var turned = rows > columns;
        var (n, m) = turned ? (columns, rows) : (rows, columns);
        var cost = new double[n * m];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < m; j++) { cost[i * m + j] = -score[turned ? j * columns + i : i * columns + j]; }
        }
        var rowOfColumn = Solve(cost, n, m);
        for (var j = 0; j < m; j++)
        {
            if (rowOfColumn[j] < 0) { continue; }
            if (turned) { columnOfRow[j] = rowOfColumn[j]; } else { columnOfRow[rowOfColumn[j]] = j; }
        }
        return columnOfRow;
    }

    // Index 0 of the arrays is the free end of the alternating path.
    private static int[] Solve(double[] cost, int n, int m)
    {
        var (u, v, owner, previous) = (new double[n + 1], new double[m + 1], new int[m + 1], new int[m + 1]);
        var (distance, done) = (new double[m + 1], new bool[m + 1]);
        for (var i = 1; i <= n; i++)
        {
            (owner[0], var column) = (i, 0);
            Array.Fill(distance, double.PositiveInfinity);
            Array.Clear(done);
            do
            {
                done[column] = true;
                var (row, least, next) = (owner[column], double.PositiveInfinity, 0);
                for (var j = 1; j <= m; j++)
                {
                    if (done[j]) { continue; }
                    var reduced = cost[(row - 1) * m + j - 1] - u[row] - v[j];
                    if (reduced < distance[j]) { (distance[j], previous[j]) = (reduced, column); }
                    if (distance[j] < least) { (least, next) = (distance[j], j); }
                }
                for (var j = 0; j <= m; j++)
                {
                    if (done[j]) { u[owner[j]] += least; v[j] -= least; } else { distance[j] -= least; }
                }
                column = next;
            }
            while (owner[column] != 0);
            for (; column != 0; column = previous[column]) { owner[column] = owner[previous[column]]; }
        }
        return [.. owner.Skip(1).Select(o => o - 1)];
    }
}
