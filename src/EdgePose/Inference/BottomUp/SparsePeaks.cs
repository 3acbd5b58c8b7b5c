using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgePose.Inference.BottomUp;

/// <summary>
/// Peak search of the fast profile, straight on the network's outputs. The averaged heat exceeds the threshold only where one of the two
/// stages does, which is a small part of a picture: blocks of 16 x 2 fine pixels are tested with a few comparisons, and heat is computed
/// only in those that pass. Gives the same heat as <see cref="MapAggregator"/> followed by <see cref="MapPeaks.Find"/>, bit for bit.
/// </summary>
internal sealed class SparsePeaks(double threshold)
{
    private const int Lanes = 8;

    /// <summary>Coarse columns per block and of padding; a padded row is then made of whole vectors.</summary>
    private const int Pad = Lanes;

    private const int Reach = MapPeaks.Reach;

    private readonly float _least = MapPeaks.JustAbove(threshold);

    // Interpolation may round upwards, so blocks are dismissed a little below the threshold.
    private readonly float _limit = (float)threshold * 0.9999f;
    private int _width, _height, _stride, _planeStride, _blocks;
    private float[] _padded = [];
    private float[] _plane = [];
    private int[] _hot = [];

    /// <summary>Whether maps of this coarse width can be searched; others need the aggregated maps.</summary>
    public static bool Supports(int coarseWidth) => coarseWidth % Lanes == 0;

    /// <summary>Collects the peaks of every joint.</summary>
    public void Find(in StageOutputs outputs, int joints, Peaks peaks)
    {
        Resize(outputs.Width, outputs.Height);
        for (var j = 0; j < joints; j++)
        {
            peaks.Begin(j);
            CopyPadded(outputs.CoarsePlane(j));
            var fine = outputs.FinePlane(j);
            MarkBlocks(fine);
            for (var b = 0; b < _blocks; b++) { ComputeBlock(_hot[b], fine); }
            for (var b = 0; b < _blocks; b++) { SearchBlock(_hot[b], outputs, joints, j, peaks); }
            for (var b = 0; b < _blocks; b++) { ClearBlock(_hot[b]); }
            peaks.End();
        }
    }

    /// <summary>As <see cref="MapPeaks.Adjust"/>, on the heat around one peak.</summary>
    public static (float X, float Y) Adjust(in StageOutputs outputs, int joint, int x, int y)
    {
        var (width, height) = (2 * outputs.Width, 2 * outputs.Height);
        return (
            MapPeaks.Quarter(x, Heat(outputs, joint, Math.Min(x + 1, width - 1), y), Heat(outputs, joint, Math.Max(x - 1, 0), y)),
            MapPeaks.Quarter(y, Heat(outputs, joint, x, Math.Min(y + 1, height - 1)), Heat(outputs, joint, x, Math.Max(y - 1, 0))));
    }

    private static float Heat(in StageOutputs outputs, int joint, int x, int y) =>
        (Bilinear.Sample(outputs.CoarsePlane(joint), outputs.Width, outputs.Height, x, y)
         + outputs.FinePlane(joint)[y * 2 * outputs.Width + x]) * 0.5f;

    private void Resize(int width, int height)
    {
        if (_width == width && _height == height) { return; }
        (_width, _height, _stride, _planeStride) = (width, height, width + 2 * Pad, 2 * width + 2 * Pad);
        _padded = new float[(height + 2) * _stride];
        _plane = new float[(2 * height + 2 * Reach) * _planeStride];
        _plane.AsSpan().Fill(float.NegativeInfinity);
        _hot = new int[height * width / Lanes];
    }

    // Coarse plane with its edge repeated once on each side, so that blocks need no special cases.
    private void CopyPadded(ReadOnlySpan<float> coarse)
    {
        for (var y = -1; y <= _height; y++)
        {
            var from = coarse.Slice(Math.Clamp(y, 0, _height - 1) * _width, _width);
            var to = _padded.AsSpan((y + 1) * _stride, _stride);
            from.CopyTo(to[Pad..]);
            (to[Pad - 1], to[Pad + _width]) = (from[0], from[^1]);
        }
    }

    private void MarkBlocks(ReadOnlySpan<float> fine)
    {
        _blocks = 0;
        var limit = Vector256.Create(_limit);
        var perRow = _width / Lanes;
        for (var y = 0; y < _height; y++)
        {
            var above = Vectors(_padded.AsSpan(y * _stride, _stride));
            var centre = Vectors(_padded.AsSpan((y + 1) * _stride, _stride));
            var below = Vectors(_padded.AsSpan((y + 2) * _stride, _stride));
            var upper = Vectors(fine.Slice(4 * y * _width, 2 * _width));
            var lower = Vectors(fine.Slice((4 * y + 2) * _width, 2 * _width));
            for (var b = 0; b < perRow; b++)
            {
                var own = Vector256.MaxNative(
                    Vector256.MaxNative(upper[2 * b], upper[2 * b + 1]), Vector256.MaxNative(lower[2 * b], lower[2 * b + 1]));
                var column = Vector256.MaxNative(centre[b + 1], Vector256.MaxNative(above[b + 1], below[b + 1]));
                var hot = Vector256.GreaterThanAny(Vector256.MaxNative(own, column), limit);
                // The neighbouring columns reach into the block with a weight of 1/4.
                hot = hot || EdgeMax(y, b * Lanes - 1) > _limit || EdgeMax(y, (b + 1) * Lanes) > _limit;
                if (hot) { _hot[_blocks++] = y * perRow + b; }
            }
        }
    }

    private float EdgeMax(int y, int x)
    {
        var at = y * _stride + Pad + x;
        return MathF.Max(_padded[at], MathF.Max(_padded[at + _stride], _padded[at + 2 * _stride]));
    }

    private void ComputeBlock(int block, ReadOnlySpan<float> fine)
    {
        var (y, x) = Position(block);
        var (aboveEven, aboveOdd) = DoubleColumns(y, x);
        var (evenColumns, oddColumns) = DoubleColumns(y + 1, x);
        var (belowEven, belowOdd) = DoubleColumns(y + 2, x);
        Store(2 * y, x, evenColumns * 0.75f + aboveEven * 0.25f, oddColumns * 0.75f + aboveOdd * 0.25f, fine);
        Store(2 * y + 1, x, evenColumns * 0.75f + belowEven * 0.25f, oddColumns * 0.75f + belowOdd * 0.25f, fine);
    }

    private (Vector256<float> Even, Vector256<float> Odd) DoubleColumns(int paddedRow, int x)
    {
        var at = paddedRow * _stride + Pad + x;
        var centre = Vector256.Create(_padded.AsSpan(at, Lanes)) * 0.75f;
        return (centre + Vector256.Create(_padded.AsSpan(at - 1, Lanes)) * 0.25f, centre + Vector256.Create(_padded.AsSpan(at + 1, Lanes)) * 0.25f);
    }

    private void Store(int fineRow, int coarseColumn, Vector256<float> even, Vector256<float> odd, ReadOnlySpan<float> fine)
    {
        var (lower, upper) = Bilinear.Interleave(even, odd);
        var own = Vectors(fine.Slice(fineRow * 2 * _width + 2 * coarseColumn, 2 * Lanes));
        var to = _plane.AsSpan(PlaneIndex(fineRow, 2 * coarseColumn), 2 * Lanes);
        ((lower + own[0]) * 0.5f).CopyTo(to);
        ((upper + own[1]) * 0.5f).CopyTo(to[Lanes..]);
    }

    private void SearchBlock(int block, in StageOutputs outputs, int joints, int joint, Peaks peaks)
    {
        var (y, x) = Position(block);
        for (var row = 2 * y; row <= 2 * y + 1; row++)
        {
            for (var half = 0; half < 2; half++)
            {
                var column = 2 * x + half * Lanes;
                for (var bits = PeakMask(PlaneIndex(row, column)); bits != 0; bits &= bits - 1)
                {
                    AddPeak(outputs, joints, joint, column + BitOperations.TrailingZeroCount(bits), row, peaks);
                }
            }
        }
    }

    // A pixel stays unless a neighbour is larger; the rows of cold blocks hold minus infinity.
    private uint PeakMask(int at)
    {
        var value = Vector256.Create(_plane.AsSpan(at, Lanes));
        var mask = Vector256.GreaterThanOrEqual(value, Vector256.Create(_least));
        for (var dy = -Reach; dy <= Reach && mask != Vector256<float>.Zero; dy++)
        {
            var row = _plane.AsSpan(at + dy * _planeStride - Reach, Lanes + 2 * Reach);
            for (var dx = 0; dx <= 2 * Reach; dx++)
            {
                mask = Vector256.AndNot(mask, Vector256.GreaterThan(Vector256.Create(row.Slice(dx, Lanes)), value));
            }
        }
        return mask.ExtractMostSignificantBits();
    }

    private void AddPeak(in StageOutputs outputs, int joints, int joint, int x, int y, Peaks peaks)
    {
        var value = _plane[PlaneIndex(y, x)];
        var tag = Bilinear.Sample(outputs.CoarsePlane(joints + joint), outputs.Width, outputs.Height, x, y);
        if (float.IsFinite(value) && float.IsFinite(tag)) { peaks.Add(new Peak(x, y, value, tag, 0)); }
    }

    private void ClearBlock(int block)
    {
        var (y, x) = Position(block);
        _plane.AsSpan(PlaneIndex(2 * y, 2 * x), 2 * Lanes).Fill(float.NegativeInfinity);
        _plane.AsSpan(PlaneIndex(2 * y + 1, 2 * x), 2 * Lanes).Fill(float.NegativeInfinity);
    }

    private (int Row, int Column) Position(int block)
    {
        var perRow = _width / Lanes;
        return (block / perRow, block % perRow * Lanes);
    }

    private int PlaneIndex(int y, int x) => (y + Reach) * _planeStride + Pad + x;

    private static ReadOnlySpan<Vector256<float>> Vectors(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);
}
