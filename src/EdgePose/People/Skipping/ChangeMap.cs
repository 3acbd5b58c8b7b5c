using EdgePose.Domain;

namespace EdgePose.People.Skipping;

/// <summary>Cells of a thumbnail: columns X1..X2 and rows Y1..Y2, ends not included.</summary>
internal readonly record struct Cells(int X1, int Y1, int X2, int Y2)
{
    public int Count => Math.Max(0, X2 - X1) * Math.Max(0, Y2 - Y1);
}

/// <summary>
/// The difference between the present picture and the one that the networks saw last, place by place: a cell keeps its value from the
/// latest frame in which a network looked there, so that slow motion adds up until it is noticed.
/// </summary>
internal sealed class ChangeMap
{
    /// <summary>Cells along the side of a block.</summary>
    public const int BlockSide = 10;

    /// <summary>A cell has changed beyond doubt when it differs by more grey levels.</summary>
    private const float Changed = 15;

    /// <summary>Differences are summed as whole 64ths of a grey level: exact, and 14,400 of 255 fit into an int.</summary>
    private const float Unit = 64;

    private readonly float[] _seen;
    private readonly int[] _difference, _sums;
    private readonly bool[] _explained, _kept;
    private readonly int[] _unexplainedSum, _unexplainedCount;
    private readonly int _width, _height;

    public ChangeMap(int width, int height)
    {
        (_width, _height) = (width, height);
        (Columns, Rows) = ((width + BlockSide - 1) / BlockSide, (height + BlockSide - 1) / BlockSide);
        (_seen, _explained, _kept) = (new float[width * height], new bool[width * height], new bool[width * height]);
        (_difference, _sums) = (new int[width * height], new int[(width + 1) * (height + 1)]);
        (_unexplainedSum, _unexplainedCount) = (new int[Columns * Rows + 1], new int[Columns * Rows + 1]);
    }

    /// <summary>Blocks along the picture's width and height.</summary>
    public int Columns { get; }
    public int Rows { get; }
    public int Blocks => Columns * Rows;

    /// <summary>Share of cells, 0..1, that have changed beyond doubt.</summary>
    public float ChangedShare { get; private set; }

    /// <summary>Change of the picture's mean in grey levels.</summary>
    public float Shift { get; private set; }

    /// <summary>Compares with <paramref name="now"/>, which must have this map's size.</summary>
    public void Compare(Thumbnail now)
    {
        var (changed, stride, total) = (0, _width + 1, 0.0);
        for (var y = 0; y < _height; y++)
        {
            var row = now.Luma.AsSpan(y * _width, _width);
            var seen = _seen.AsSpan(y * _width, _width);
            var above = _sums.AsSpan(y * stride, stride);
            var here = _sums.AsSpan((y + 1) * stride, stride);
            var sum = 0;
            for (var x = 0; x < row.Length; x++)
            {
                var difference = MathF.Abs(row[x] - seen[x]);
                if (difference > Changed) { changed++; }
                total += seen[x];
                _difference[y * _width + x] = (int)(difference * Unit + 0.5f);
                sum += _difference[y * _width + x];
                here[x + 1] = above[x + 1] + sum;
            }
        }
        (ChangedShare, Shift) = ((float)changed / _seen.Length, MathF.Abs(now.Mean - (float)(total / _seen.Length)));
    }

    /// <summary>Takes the step of a codec's key frame as seen, so that it hides neither motion before nor after.</summary>
    /// <param name="step">From the frame before to this one.</param>
    public void Absorb(FrameStep step)
    {
        for (var block = 0; block < Blocks; block++)
        {
            if (step[block] > FrameStep.MaxPulse) { continue; }
            var cells = Block(block);
            for (var y = cells.Y1; y < cells.Y2; y++)
            {
                for (var x = cells.X1; x < cells.X2; x++) { _seen[y * _width + x] += step[x, y]; }
            }
        }
    }

    /// <summary>Mean absolute difference in grey levels; 0 for no cells.</summary>
    public float Mean(in Cells cells)
    {
        if (cells.Count == 0) { return 0; }
        var (top, bottom) = (cells.Y1 * (_width + 1), cells.Y2 * (_width + 1));
        return (_sums[bottom + cells.X2] - _sums[bottom + cells.X1] - _sums[top + cells.X2] + _sums[top + cells.X1]) / (Unit * cells.Count);
    }

    public Cells Block(int block)
    {
        var (x, y) = (block % Columns * BlockSide, block / Columns * BlockSide);
        return new Cells(x, y, Math.Min(x + BlockSide, _width), Math.Min(y + BlockSide, _height));
    }

    /// <summary>The cells that <paramref name="box"/> touches in a frame of the given size; may be empty.</summary>
    public Cells CellsOf(in Box box, int frameWidth, int frameHeight)
    {
        var (sx, sy) = ((float)_width / frameWidth, (float)_height / frameHeight);
        return new Cells(
            Math.Clamp((int)MathF.Floor(box.X1 * sx), 0, _width), Math.Clamp((int)MathF.Floor(box.Y1 * sy), 0, _height),
            Math.Clamp((int)MathF.Ceiling(box.X2 * sx), 0, _width), Math.Clamp((int)MathF.Ceiling(box.Y2 * sy), 0, _height));
    }

    /// <summary>Somebody who moves explains the change in these cells, until a network has looked there again.</summary>
    public void MarkExplained(in Cells cells) => Fill(_explained, cells);

    /// <summary>Sums up the change that nobody explains, for <see cref="UnexplainedMean"/>.</summary>
    public void SumUnexplained()
    {
        _unexplainedSum.AsSpan().Clear();
        _unexplainedCount.AsSpan().Clear();
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                if (_explained[y * _width + x]) { continue; }
                var block = y / BlockSide * Columns + x / BlockSide;
                _unexplainedSum[block] += _difference[y * _width + x];
                _unexplainedCount[block]++;
            }
        }
        for (var block = 0; block < Blocks; block++)
        {
            _unexplainedSum[Blocks] += _unexplainedSum[block];
            _unexplainedCount[Blocks] += _unexplainedCount[block];
        }
    }

    /// <summary>Mean over the cells of a block, or of the picture for <see cref="Blocks"/>, that nobody explains.</summary>
    /// <param name="block">Index.</param>
    /// <param name="cells">Number of those cells.</param>
    public float UnexplainedMean(int block, out int cells)
    {
        cells = _unexplainedCount[block];
        return cells == 0 ? 0 : _unexplainedSum[block] / (Unit * cells);
    }

    /// <summary>Exempts cells from the next <see cref="MarkAllSeen"/>: nobody looked at who is there.</summary>
    public void KeepUnseen(in Cells cells) => Fill(_kept, cells);

    /// <summary>A network has looked at these cells.</summary>
    public void MarkSeen(Thumbnail now, in Cells cells)
    {
        for (var y = cells.Y1; y < cells.Y2; y++)
        {
            now.Luma.AsSpan(y * _width + cells.X1, cells.X2 - cells.X1).CopyTo(_seen.AsSpan(y * _width + cells.X1));
        }
    }

    /// <summary>A network has looked at the whole picture, except at the kept cells.</summary>
    public void MarkAllSeen(Thumbnail now)
    {
        for (var i = 0; i < _seen.Length; i++)
        {
            if (_kept[i]) { continue; }
            (_seen[i], _explained[i]) = (now.Luma[i], false);
        }
        _kept.AsSpan().Clear();
    }

    private void Fill(bool[] mask, in Cells cells)
    {
        for (var y = cells.Y1; y < cells.Y2; y++) { mask.AsSpan(y * _width + cells.X1, Math.Max(0, cells.X2 - cells.X1)).Fill(true); }
    }
}
