namespace EdgePose.People.Tracking;

/// <summary>
/// Rectangular minimum-cost assignment with a gate, by shortest augmenting paths with potentials (Kuhn, Munkres; the form of
/// Jonker and Volgenant without their initialisation), O(n²·m) for n ≤ m. Deterministic. Allocates only when it grows. Not thread-safe.
/// </summary>
internal sealed class GatedAssignment
{
    private double[] _rowPotential = [], _columnPotential = [], _distance = [];
    private int[] _rowOfColumn = [], _previous = [];
    private bool[] _done = [];

    /// <summary>
    /// Finds the pairs that minimise the sum of (cost - limit): a pair is made only where its cost is below <paramref name="limit"/>,
    /// and leaving a row and a column unmatched costs as much as a pair at the limit. Costs that are not numbers are never paired.
    /// </summary>
    /// <param name="cost">Row-major, <paramref name="rows"/> x <paramref name="columns"/>.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="limit">Gate, finite.</param>
    /// <param name="columnOfRow">Receives the column of each row, or -1.</param>
    public void Solve(ReadOnlySpan<float> cost, int rows, int columns, float limit, Span<int> columnOfRow)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cost.Length, rows * columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(columnOfRow.Length, rows);
        columnOfRow[..rows].Fill(-1);
        if (rows == 0 || columns == 0) { return; }

        // Costs at or above the limit count as the limit, which is the price of staying alone; so no dummy rows or columns are needed.
        // The shorter side is assigned completely.
        var transposed = rows > columns;
        var view = new View(cost, columns, limit, transposed);
        var (n, m) = transposed ? (columns, rows) : (rows, columns);
        Reset(n, m);
        for (var i = 1; i <= n; i++) { Augment(view, i, m); }
        for (var j = 1; j <= m; j++)
        {
            if (_rowOfColumn[j] == 0) { continue; }
            var (row, column) = transposed ? (j - 1, _rowOfColumn[j] - 1) : (_rowOfColumn[j] - 1, j - 1);
            if (cost[row * columns + column] < limit) { columnOfRow[row] = column; }
        }
    }

    /// <summary>Index 0 of every array is the free end of the alternating tree.</summary>
    private void Augment(in View view, int row, int m)
    {
        _rowOfColumn[0] = row;
        _distance.AsSpan(0, m + 1).Fill(double.PositiveInfinity);
        _done.AsSpan(0, m + 1).Clear();
        var column = 0;
        do
        {
            _done[column] = true;
            var (current, best, next) = (_rowOfColumn[column], double.PositiveInfinity, 0);
            for (var j = 1; j <= m; j++)
            {
                if (_done[j]) { continue; }
                var reduced = view[current - 1, j - 1] - _rowPotential[current] - _columnPotential[j];
                if (reduced < _distance[j]) { (_distance[j], _previous[j]) = (reduced, column); }
                if (_distance[j] < best) { (best, next) = (_distance[j], j); }
            }
            for (var j = 0; j <= m; j++)
            {
                if (_done[j]) { _rowPotential[_rowOfColumn[j]] += best; _columnPotential[j] -= best; }
                else { _distance[j] -= best; }
            }
            column = next;
        }
        while (_rowOfColumn[column] != 0);
        while (column != 0)
        {
            var before = _previous[column];
            _rowOfColumn[column] = _rowOfColumn[before];
            column = before;
        }
    }

    private void Reset(int n, int m)
    {
        if (_columnPotential.Length <= m)
        {
            var length = Math.Max(16, 2 * (m + 1));
            (_rowPotential, _columnPotential, _distance) = (new double[length], new double[length], new double[length]);
            (_rowOfColumn, _previous, _done) = (new int[length], new int[length], new bool[length]);
        }
        _rowPotential.AsSpan(0, n + 1).Clear();
        _columnPotential.AsSpan(0, m + 1).Clear();
        _rowOfColumn.AsSpan(0, m + 1).Clear();
    }

    private readonly ref struct View(ReadOnlySpan<float> cost, int columns, float limit, bool transposed)
    {
        private readonly ReadOnlySpan<float> _cost = cost;

        public double this[int i, int j]
        {
            get
            {
                var value = _cost[transposed ? j * columns + i : i * columns + j];
                return value < limit ? Math.Max(value, -1e9f) : limit;
            }
        }
    }
}
