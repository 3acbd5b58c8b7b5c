using System.Diagnostics;

namespace EdgePose.People.Skipping;

/// <summary>
/// Whether the camera itself moves: pans, tilts, zooms or shakes. The picture is cut into tiles, each compared with what it showed up to a
/// second ago, without the places of people: a shift of at least a quarter of a cell that explains the change is a vote. Noise, key frames
/// and light are no shifts; trees and crowds seldom fill half of the tiles, and then nothing is lost but the saving.
/// </summary>
internal sealed class CameraMotion(int width, int height)
{
    private const int Columns = 4, Rows = 3;

    /// <summary>Shift in cells, a cell being 4 pixels of a picture 640 wide, from which a tile has moved.</summary>
    private const float LeastShift = 0.25f;

    /// <summary>Share of a change, as energy, that a shift must explain.</summary>
    private const float ShiftShare = 0.5f;

    /// <summary>Mean squared gradient in grey levels a cell below which a tile shows no texture and cannot vote.</summary>
    private const float LeastTexture = 1;

    /// <summary>Mean squared change from which a shift of more than a cell is looked for, and from which a tile that none explains is unclear.</summary>
    private const float Visible = 6, Great = 40;

    /// <summary>Farthest shift looked for, in cells, and the steps of the search.</summary>
    private const int Reach = 16, SearchStep = 2, SampleStep = 3;

    /// <summary>Seconds over which slow motion adds up, and for which motion is remembered.</summary>
    private const double Span = 1, Memory = 0.5;

    /// <summary>What a tile says.</summary>
    private enum Vote
    {
        /// <summary>Without texture, or full of people.</summary>
        None,
        Still,
        Moved,

        /// <summary>Changed, but not by a shift.</summary>
        Unclear,
    }

    private readonly float[] _before = new float[width * height];
    private readonly bool[] _covered = new bool[width * height];
    private double _beforeAt = double.NaN, _movedAt = double.NegativeInfinity;

    /// <summary>The camera moves, or has just moved.</summary>
    public bool IsMoving { get; private set; }

    /// <summary>Exempts the cells of a person from the next <see cref="Observe"/>.</summary>
    public void Cover(in Cells cells)
    {
        for (var y = cells.Y1; y < cells.Y2; y++) { _covered.AsSpan(y * width + cells.X1, Math.Max(0, cells.X2 - cells.X1)).Fill(true); }
    }

    /// <summary>Compares the next picture, which must have this size.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="now">Its time in seconds.</param>
    public void Observe(Thumbnail picture, double now)
    {
        var age = now - _beforeAt;
        var moved = age >= 0 && HasMoved(picture.Luma);
        if (moved) { _movedAt = now; }
        if (moved || !(age >= 0 && age < Span))
        {
            picture.Luma.CopyTo(_before, 0);
            _beforeAt = now;
        }
        IsMoving = moved || now - _movedAt is >= 0 and < Memory;
        _covered.AsSpan().Clear();
    }

    // Where something has changed too much to tell, only tiles that stand still speak against the camera.
    private bool HasMoved(float[] now)
    {
        var (still, moved, unclear) = (0, 0, 0);
        for (var tile = 0; tile < Columns * Rows; tile++)
        {
            var (x, y) = (tile % Columns, tile / Columns);
            var cells = new Cells(x * width / Columns, y * height / Rows, (x + 1) * width / Columns, (y + 1) * height / Rows);
            switch (Judge(now, cells))
            {
                case Vote.None: break;
                case Vote.Still: still++; break;
                case Vote.Moved: moved++; break;
                case Vote.Unclear: unclear++; break;
                default: throw new UnreachableException();
            }
        }
        return moved > still || still == 0 && unclear > 0;
    }

    private Vote Judge(float[] now, in Cells tile)
    {
        var (count, xx, xy, yy, sx, sy, bx, by, change, energy) = (0, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f);
        for (var y = Math.Max(1, tile.Y1); y < Math.Min(height - 1, tile.Y2); y++)
        {
            for (var i = y * width + Math.Max(1, tile.X1); i < y * width + Math.Min(width - 1, tile.X2); i++)
            {
                if (_covered[i]) { continue; }
                var (gx, gy) = ((_before[i + 1] - _before[i - 1]) / 2, (_before[i + width] - _before[i - width]) / 2);
                var step = now[i] - _before[i];
                (xx, xy, yy) = (xx + gx * gx, xy + gx * gy, yy + gy * gy);
                (sx, sy, change) = (sx + gx, sy + gy, change + step);
                (bx, by, energy) = (bx + gx * step, by + gy * step, energy + step * step);
                count++;
            }
        }
        if (count < tile.Count / 4 || xx + yy < LeastTexture * count) { return Vote.None; }

        // One step of Lucas and Kanade on the change without its mean, which is light.
        (bx, by, energy) = (bx - sx * change / count, by - sy * change / count, energy - change * change / count);
        var damping = 0.02f * (xx + yy);
        (xx, yy) = (xx + damping, yy + damping);
        var determinant = xx * yy - xy * xy;
        var (dx, dy) = ((yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant);
        if (dx * bx + dy * by > ShiftShare * energy) { return dx * dx + dy * dy >= LeastShift * LeastShift ? Vote.Moved : Vote.Still; }
        if (energy < Visible * count) { return Vote.Still; }
        return IsFarShift(now, tile) ? Vote.Moved : energy > Great * count ? Vote.Unclear : Vote.Still;
    }

    /// <summary>A shift of more than a cell explains most of the change: by search, on every third cell.</summary>
    private bool IsFarShift(float[] now, in Cells tile)
    {
        if (!TryMismatch(now, tile, 0, 0, out var unmoved)) { return false; }
        for (var dy = -Reach; dy <= Reach; dy += SearchStep)
        {
            for (var dx = -Reach; dx <= Reach; dx += SearchStep)
            {
                if (TryMismatch(now, tile, dx, dy, out var mismatch) && mismatch < (1 - ShiftShare) * unmoved) { return true; }
            }
        }
        return false;
    }

    /// <summary>Mean squared difference between the tile as it was and as it is a shift away; false when too little of that is in the picture.</summary>
    private bool TryMismatch(float[] now, in Cells tile, int dx, int dy, out float mismatch)
    {
        var (count, all, sum) = (0, 0, 0f);
        for (var y = tile.Y1; y < tile.Y2; y += SampleStep)
        {
            for (var x = tile.X1; x < tile.X2; x += SampleStep)
            {
                all++;
                var (toX, toY) = (x + dx, y + dy);
                if (_covered[y * width + x] || toX < 0 || toX >= width || toY < 0 || toY >= height) { continue; }
                var step = now[toY * width + toX] - _before[y * width + x];
                (count, sum) = (count + 1, sum + step * step);
            }
        }
        mismatch = count == 0 ? 0 : sum / count;
        return 4 * count >= all;
    }
}
