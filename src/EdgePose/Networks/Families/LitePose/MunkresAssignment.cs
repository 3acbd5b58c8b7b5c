namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Minimum-cost assignment by Munkres' method of starred and primed zeros (J. Munkres, J. SIAM 5 (1957)). Grouping meets many
/// assignments of equal cost, and which of them wins decides who gets a joint; the scanning order is therefore that of the Python package
/// munkres 1.1.4, which the published results of the models depend on. Buffers are kept between calls; not thread-safe.
/// </summary>
internal sealed class MunkresAssignment
{
    private int _n;
    private double[] _cost = [];
    private int[] _starInRow = [], _starInColumn = [], _primeInRow = [];
    private bool[] _rowCovered = [], _columnCovered = [];

    /// <summary>Assigns every row to a column of its own.</summary>
    /// <param name="cost">Row-major, rows x columns, finite.</param>
    /// <param name="rows">At most <paramref name="columns"/>.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="columnOfRow">Receives one column per row.</param>
    public void Solve(ReadOnlySpan<double> cost, int rows, int columns, Span<int> columnOfRow)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, columns);
        Load(cost, rows, columns);
        ReduceRows();
        StarIndependentZeros();
        while (!CoverStarredColumns())
        {
            int row, column;
            while (!PrimeZeros(out row, out column)) { ShiftZeros(); }
            Augment(row, column);
        }
        _starInRow.AsSpan(0, rows).CopyTo(columnOfRow);
    }

    private void Load(ReadOnlySpan<double> cost, int rows, int columns)
    {
        _n = columns;
        if (_starInRow.Length < _n)
        {
            _cost = new double[_n * _n];
            (_starInRow, _starInColumn, _primeInRow) = (new int[_n], new int[_n], new int[_n]);
            (_rowCovered, _columnCovered) = (new bool[_n], new bool[_n]);
        }
        // Missing rows cost nothing: they absorb the columns that stay free.
        cost[..(rows * columns)].CopyTo(_cost);
        _cost.AsSpan(rows * columns, (_n - rows) * _n).Clear();
        _starInRow.AsSpan(0, _n).Fill(-1);
        _starInColumn.AsSpan(0, _n).Fill(-1);
        Uncover();
    }

    private void ReduceRows()
    {
        for (var i = 0; i < _n; i++)
        {
            var row = _cost.AsSpan(i * _n, _n);
            var least = row[0];
            foreach (var value in row) { least = Math.Min(least, value); }
            for (var j = 0; j < _n; j++) { row[j] -= least; }
        }
    }

    private void StarIndependentZeros()
    {
        for (var i = 0; i < _n; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                if (_cost[i * _n + j] != 0 || _starInColumn[j] >= 0) { continue; }
                (_starInRow[i], _starInColumn[j]) = (j, i);
                break;
            }
        }
    }

    private bool CoverStarredColumns()
    {
        var covered = 0;
        for (var j = 0; j < _n; j++)
        {
            if (_starInColumn[j] < 0) { continue; }
            _columnCovered[j] = true;
            covered++;
        }
        return covered == _n;
    }

    // Primes uncovered zeros until one has no star in its row (true) or none is left (false). The search goes on where the last one ended.
    private bool PrimeZeros(out int row, out int column)
    {
        (row, column) = (0, 0);
        while (FindUncoveredZero(ref row, ref column))
        {
            _primeInRow[row] = column;
            var starred = _starInRow[row];
            if (starred < 0) { return true; }
            column = starred;
            _rowCovered[row] = true;
            _columnCovered[column] = false;
        }
        return false;
    }

    // Rows cyclically from the start; in the first row that has an uncovered zero the last one counts, cyclically from the start column.
    private bool FindUncoveredZero(ref int row, ref int column)
    {
        for (var step = 0; step < _n; step++)
        {
            var i = row + step < _n ? row + step : row + step - _n;
            if (_rowCovered[i]) { continue; }
            for (var back = 1; back <= _n; back++)
            {
                var j = column - back >= 0 ? column - back : column - back + _n;
                if (_columnCovered[j] || _cost[i * _n + j] != 0) { continue; }
                (row, column) = (i, j);
                return true;
            }
        }
        return false;
    }

    private void ShiftZeros()
    {
        var least = double.PositiveInfinity;
        for (var i = 0; i < _n; i++)
        {
            if (_rowCovered[i]) { continue; }
            for (var j = 0; j < _n; j++)
            {
                if (!_columnCovered[j]) { least = Math.Min(least, _cost[i * _n + j]); }
            }
        }
        if (!double.IsFinite(least)) { throw new ArgumentException("the cost matrix holds values that are not finite"); }
        for (var i = 0; i < _n; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                // Two separate operations: their rounding is part of the order in which zeros appear.
                if (_rowCovered[i]) { _cost[i * _n + j] += least; }
                if (!_columnCovered[j]) { _cost[i * _n + j] -= least; }
            }
        }
    }

    private void Augment(int row, int column)
    {
        while (true)
        {
            var previous = _starInColumn[column];
            (_starInRow[row], _starInColumn[column]) = (column, row);
            if (previous < 0) { break; }
            row = previous;
            column = _primeInRow[row];
        }
        Uncover();
    }

    private void Uncover()
    {
        _rowCovered.AsSpan(0, _n).Clear();
        _columnCovered.AsSpan(0, _n).Clear();
    }
}
