using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EdgePose.Domain;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>The two outputs of one run. Borrowed: valid until the network runs again.</summary>
/// <param name="coarse">2J x height x width: heat maps, then one tag map per joint.</param>
/// <param name="fine">J x 2 height x 2 width: heat maps.</param>
/// <param name="width">Width of the coarse maps, a quarter of the input's.</param>
/// <param name="height">Height of the coarse maps.</param>
internal readonly ref struct StageOutputs(ReadOnlySpan<float> coarse, ReadOnlySpan<float> fine, int width, int height)
{
    public readonly ReadOnlySpan<float> Coarse = coarse;
    public readonly ReadOnlySpan<float> Fine = fine;
    public readonly int Width = width;
    public readonly int Height = height;

    public ReadOnlySpan<float> CoarsePlane(int channel) => Coarse.Slice(channel * Width * Height, Width * Height);

    public ReadOnlySpan<float> FinePlane(int joint) => Fine.Slice(joint * 4 * Width * Height, 4 * Width * Height);
}

/// <summary>
/// Brings the network's outputs to one resolution and averages them (mit-han-lab/litepose:lib/core/inference.py): heat is the mean of both
/// stages and of both runs; tags come from the coarse stage and are kept apart per run.
/// </summary>
internal sealed class MapAggregator(Skeleton skeleton)
{
    private readonly int[] _flip = [.. skeleton.Flip];
    private float[] _plane = [], _rows = [];

    /// <summary>Fills <paramref name="maps"/> with the plain run, at the resolution of the fine stage.</summary>
    /// <param name="outputs">Plain run.</param>
    /// <param name="maps">Target.</param>
    /// <param name="runs">2 when <see cref="AddMirrored"/> follows, otherwise 1.</param>
    public void Set(in StageOutputs outputs, ResponseMaps maps, int runs)
    {
        Prepare(outputs, maps, runs);
        var plane = maps.Width * maps.Height;
        for (var j = 0; j < maps.Joints; j++)
        {
            SetHeat(outputs, maps, j);
            Bilinear.Double(outputs.CoarsePlane(maps.Joints + j), outputs.Width, outputs.Height, maps.Tags.Slice(j * plane, plane), _rows);
        }
    }

    /// <summary>Sizes <paramref name="maps"/> for outputs of this size and the tags of 0, 1 or 2 runs.</summary>
    public void Prepare(in StageOutputs outputs, ResponseMaps maps, int taggedRuns)
    {
        maps.Resize(2 * outputs.Width, 2 * outputs.Height, taggedRuns);
        Reserve(maps);
    }

    /// <summary>The heat of one joint; <see cref="Prepare"/> comes first.</summary>
    public void SetHeat(in StageOutputs outputs, ResponseMaps maps, int joint)
    {
        var plane = maps.Width * maps.Height;
        var heat = maps.Heat.Slice(joint * plane, plane);
        Bilinear.Double(outputs.CoarsePlane(joint), outputs.Width, outputs.Height, heat, _rows);
        Average(heat, outputs.FinePlane(joint));
    }

    /// <summary>Adds the run on the mirrored picture: turned back along x, with left and right joints exchanged.</summary>
    public void AddMirrored(in StageOutputs outputs, ResponseMaps maps)
    {
        var plane = maps.Width * maps.Height;
        for (var j = 0; j < maps.Joints; j++)
        {
            Bilinear.Double(outputs.CoarsePlane(_flip[j]), outputs.Width, outputs.Height, _plane, _rows);
            var turned = _plane.AsSpan(0, plane);
            Average(turned, outputs.FinePlane(_flip[j]));
            TurnRows(turned, maps.Width);
            Average(maps.Heat.Slice(j * plane, plane), turned);
            var tags = maps.MirroredTags.Slice(j * plane, plane);
            Bilinear.Double(outputs.CoarsePlane(maps.Joints + _flip[j]), outputs.Width, outputs.Height, tags, _rows);
            TurnRows(tags, maps.Width);
        }
    }

    /// <summary>Enlarges <paramref name="half"/> to the network's input size.</summary>
    public void Project(ResponseMaps half, ResponseMaps full)
    {
        full.Resize(2 * half.Width, 2 * half.Height, half.TaggedRuns);
        Reserve(full);
        for (var j = 0; j < half.Joints; j++)
        {
            ProjectPlane(half.Heat, full.Heat, half, j);
            ProjectPlane(half.Tags, full.Tags, half, j);
            if (half.TaggedRuns > 1) { ProjectPlane(half.MirroredTags, full.MirroredTags, half, j); }
        }
    }

    private void ProjectPlane(ReadOnlySpan<float> from, Span<float> to, ResponseMaps half, int joint)
    {
        var plane = half.Width * half.Height;
        Bilinear.Double(from.Slice(joint * plane, plane), half.Width, half.Height, to.Slice(joint * 4 * plane, 4 * plane), _rows);
    }

    private void Reserve(ResponseMaps maps)
    {
        if (_plane.Length < maps.Width * maps.Height) { _plane = new float[maps.Width * maps.Height]; }
        if (_rows.Length < 2 * maps.Width) { _rows = new float[2 * maps.Width]; }
    }

    private static void Average(Span<float> sum, ReadOnlySpan<float> other)
    {
        var s = MemoryMarshal.Cast<float, Vector256<float>>(sum);
        var o = MemoryMarshal.Cast<float, Vector256<float>>(other)[..s.Length];
        for (var i = 0; i < s.Length; i++) { s[i] = (s[i] + o[i]) * 0.5f; }
        for (var i = s.Length * Vector256<float>.Count; i < sum.Length; i++) { sum[i] = (sum[i] + other[i]) * 0.5f; }
    }

    private static void TurnRows(Span<float> plane, int width)
    {
        for (var at = 0; at < plane.Length; at += width) { plane.Slice(at, width).Reverse(); }
    }
}
