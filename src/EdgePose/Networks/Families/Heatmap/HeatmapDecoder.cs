using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Heatmap;

/// <summary>
/// Heat maps [n, K, h, w] or [n, h, w, K], or [n, stacks, K, h, w] of which the last stack counts. The peak's value is the score; zero or less is no
/// joint. Formulas of open-mmlab/mmpose:mmpose/codecs/utils/refinement.py; quarter_ae is that of
/// princeton-vl/pytorch_stacked_hourglass. Classic models: cell * stride is an input pixel; UDP models (udp_dark): the first and last
/// cell lie on the first and last input pixel.
/// </summary>
internal sealed class HeatmapDecoder : IPoseDecoder
{
    private readonly ModelDescriptor _descriptor;
    private readonly HeatmapRefine _refine;
    private readonly LogHeatmap? _log;
    private float[] _map = [];

    public HeatmapDecoder(ModelDescriptor descriptor)
    {
        (_descriptor, _refine) = (descriptor, descriptor.Decode.Refine);
        if (_refine is HeatmapRefine.Dark or HeatmapRefine.UdpDark) { _log = new LogHeatmap(descriptor.Decode.DarkKernel); }
    }

    public bool Udp => _refine == HeatmapRefine.UdpDark;

    public void Decode(Binding binding, int item, in Placement crop, Span<Keypoint> points)
    {
        var output = OutputShapes.Named(_descriptor, binding, 0) ?? Last(binding);
        var shape = output is null ? [] : output.Shape;
        var jointsLast = shape.Length == 4 && MapForms.Of(shape, binding.Height, binding.Width) == MapForm.JointsLast;
        var joints = shape.Length is 4 or 5 ? shape[jointsLast ? 3 : ^3] : 0;
        if (output is null || joints != points.Length || shape[0] != binding.Batch || output.Values.IsEmpty)
        {
            throw OutputShapes.Mismatch(_descriptor, binding,
                $"heat maps [{binding.Batch},{points.Length},h,w], [{binding.Batch},h,w,{points.Length}] or [{binding.Batch},stacks,{points.Length},h,w]");
        }
        var (height, width) = jointsLast ? (shape[1], shape[2]) : (shape[^2], shape[^1]);
        var length = output.Length / binding.Batch;
        var maps = output.Values.Slice(item * length, length)[^(points.Length * height * width)..];
        var (scaleX, scaleY) = Udp
            ? ((binding.Width - 1.0) / (width - 1), (binding.Height - 1.0) / (height - 1))
            : ((double)binding.Width / width, (double)binding.Height / height);
        for (var k = 0; k < points.Length; k++)
        {
            var map = jointsLast ? Gather(maps, k, points.Length) : maps.Slice(k * height * width, height * width);
            var peak = ArgMax.IndexOf(map);
            if (peak < 0 || !(map[peak] > 0) || !float.IsFinite(map[peak])) { points[k] = Keypoint.Missing; continue; }
            var (dx, dy) = Offset(map, width, height, peak % width, peak / width);
            var (x, y) = crop.ToFrame((peak % width + dx) * scaleX, (peak / width + dy) * scaleY);
            points[k] = new Keypoint(x, y, map[peak]);
        }
    }

    // Of several heads the last one is the most refined.
    private static OutputTensor? Last(Binding binding)
    {
        for (var i = binding.Outputs.Count - 1; i >= 0; i--)
        {
            if (binding.Outputs[i].Shape.Length is 4 or 5) { return binding.Outputs[i]; }
        }
        return null;
    }

    private ReadOnlySpan<float> Gather(ReadOnlySpan<float> maps, int joint, int joints)
    {
        if (_map.Length != maps.Length / joints) { _map = new float[maps.Length / joints]; }
        for (int i = 0, at = joint; i < _map.Length; i++, at += joints) { _map[i] = maps[at]; }
        return _map;
    }

    private (double X, double Y) Offset(ReadOnlySpan<float> map, int width, int height, int x, int y) => _refine switch
    {
        HeatmapRefine.Quarter => Quarter(map, width, height, x, y),
        HeatmapRefine.QuarterAe => QuarterAe(map, width, height, x, y),
        HeatmapRefine.Dark => Dark(map, width, height, x, y),
        HeatmapRefine.UdpDark => UdpDark(map, width, height, x, y),
        HeatmapRefine.None => (0, 0),
        _ => throw new UnreachableException($"refine {_refine}"),
    };

    // A quarter cell towards the larger neighbour, not beside the border (nor, as in the source, one cell further at the low end), and without a half cell.
    private static (double X, double Y) Quarter(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        var at = y * width + x;
        var dx = x > 1 && x < width - 1 && y > 0 ? Sign(map[at + 1] - map[at - 1]) : 0;
        var dy = y > 1 && y < height - 1 && x > 0 ? Sign(map[at + width] - map[at - width]) : 0;
        return (0.25 * dx, 0.25 * dy);
    }

    private static int Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;

    // Always a quarter cell, neighbours clamped to the map, and half a cell to the cell's centre.
    private static (double X, double Y) QuarterAe(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        var row = y * width;
        var right = map[row + Math.Min(x + 1, width - 1)] > map[row + Math.Max(x - 1, 0)];
        var down = map[Math.Min(y + 1, height - 1) * width + x] > map[Math.Max(y - 1, 0) * width + x];
        return ((right ? 0.25 : -0.25) + 0.5, (down ? 0.25 : -0.25) + 0.5);
    }

    // One Newton step on the logarithm with central differences, two cells away from the border.
    private (double X, double Y) Dark(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        if (!(x > 1 && x < width - 2 && y > 1 && y < height - 2)) { return (0, 0); }
        var log = _log!;
        log.Load(map, width, height, map[y * width + x], 1e-10f, float.MaxValue);
        var dx = 0.5 * (log[x + 1, y] - log[x - 1, y]);
        var dy = 0.5 * (log[x, y + 1] - log[x, y - 1]);
        var dxx = 0.25 * ((double)log[x + 2, y] - 2 * log[x, y] + log[x - 2, y]);
        var dyy = 0.25 * ((double)log[x, y + 2] - 2 * log[x, y] + log[x, y - 2]);
        var dxy = 0.25 * ((double)log[x + 1, y + 1] - log[x + 1, y - 1] - log[x - 1, y + 1] + log[x - 1, y - 1]);
        return Newton(dx, dy, dxx, dyy, dxy);
    }

    // One Newton step everywhere: one-cell differences, edges repeated, a regularised Hessian.
    private (double X, double Y) UdpDark(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        const double Epsilon = 1.1920929e-7;
        var log = _log!;
        log.Load(map, width, height, map[y * width + x], 1e-3f, 50);
        double centre = log[x, y], east = log[x + 1, y], west = log[x - 1, y], south = log[x, y + 1], north = log[x, y - 1];
        var dxy = 0.5 * (log[x + 1, y + 1] - east - south + 2 * centre - west - north + log[x - 1, y - 1]);
        return Newton(
            0.5 * (east - west), 0.5 * (south - north), east - 2 * centre + west + Epsilon, south - 2 * centre + north + Epsilon, dxy);
    }

    private static (double X, double Y) Newton(double dx, double dy, double dxx, double dyy, double dxy)
    {
        var determinant = dxx * dyy - dxy * dxy;
        var (x, y) = ((dxy * dy - dyy * dx) / determinant, (dxy * dx - dxx * dy) / determinant);
        return double.IsFinite(x) && double.IsFinite(y) ? (x, y) : (0, 0);
    }
}
