using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>Writes a frame into a network's input (NCHW floats). The border is painted before normalisation: black, not the mean.</summary>
internal sealed class InputPainter(ModelInput input)
{
    private readonly ChannelTable _table = new(input);
    private readonly Warp _warp = new();
    private byte[] _picture = [];

    /// <summary>Fills <paramref name="target"/>, 3 x height x width of <paramref name="geometry"/>.</summary>
    public void Paint(Frame frame, in MultiScaleGeometry geometry, float[] target)
    {
        if (TryGetShift(frame, geometry.Placement, out var left, out var top))
        {
            Normalise(frame.Pixels, frame.Width, frame.Height, left, top, geometry, target);
            return;
        }
        var bytes = geometry.Width * geometry.Height * 3;
        if (_picture.Length < bytes) { _picture = new byte[bytes]; }
        _warp.Run(
            frame.Pixels, frame.Width, frame.Height, _picture, geometry.Width, geometry.Height, Affine.From(geometry.Placement), input.PadValue);
        Normalise(_picture, geometry.Width, geometry.Height, 0, 0, geometry, target);
    }

    /// <summary>Reverses every row of every channel.</summary>
    public static void Mirror(float[] values, int width)
    {
        for (var at = 0; at < values.Length; at += width) { values.AsSpan(at, width).Reverse(); }
    }

    // The warp rounds to 1/32 pixel, so a map this close to a shift by whole pixels is one.
    private static bool TryGetShift(Frame frame, in Placement placement, out int left, out int top)
    {
        const double Tolerance = 1e-3;
        (left, top) = ((int)Math.Round(placement.OffsetX), (int)Math.Round(placement.OffsetY));
        return Math.Abs(placement.ScaleX - 1) * frame.Width < Tolerance && Math.Abs(placement.ScaleY - 1) * frame.Height < Tolerance
            && Math.Abs(placement.OffsetX - left) < Tolerance && Math.Abs(placement.OffsetY - top) < Tolerance;
    }

    private void Normalise(byte[] pixels, int width, int height, int left, int top, in MultiScaleGeometry geometry, float[] target)
    {
        var (first, last) = (Math.Max(left, 0), Math.Min(left + width, geometry.Width));
        for (var c = 0; c < 3; c++)
        {
            var values = _table.Channel(c);
            var border = values[input.PadValue];
            for (var y = 0; y < geometry.Height; y++)
            {
                var row = target.AsSpan((c * geometry.Height + y) * geometry.Width, geometry.Width);
                if (y < top || y >= top + height || last <= first) { row.Fill(border); continue; }
                row[..first].Fill(border);
                row[last..].Fill(border);
                var from = pixels.AsSpan(((y - top) * width + first - left) * 3 + _table.SourceChannel[c]);
                row = row[first..last];
                PlanarRows.Normalise(from, input.Mean[c], input.Std[c], row);
            }
        }
    }
}
