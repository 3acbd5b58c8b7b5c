using System.Numerics;

namespace EdgePose.Networks.Families.Heatmap;

/// <summary>
/// The blurred logarithm of one heat map that the DARK refinements differentiate: Gaussian blur with zero border, rescaled to the old
/// maximum, clamped, ln (open-mmlab/mmpose:mmpose/codecs/utils/gaussian_heatmap.py and refinement.py). Buffers are reused.
/// </summary>
internal sealed class LogHeatmap
{
    private readonly float[] _kernel;
    private readonly int _radius;
    private float[] _padded = [], _rows = [], _values = [];

    /// <param name="size">Kernel size, odd; sigma is OpenCV's .3 ((size - 1) / 2 - 1) + .8.</param>
    public LogHeatmap(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfEqual(size % 2, 0, nameof(size));
        (_kernel, _radius) = (new float[size], size / 2);
        var sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8;
        var sum = 0.0;
        for (var i = 0; i < size; i++) { sum += Math.Exp(-0.5 * (i - _radius) * (i - _radius) / (sigma * sigma)); }
        for (var i = 0; i < size; i++) { _kernel[i] = (float)(Math.Exp(-0.5 * (i - _radius) * (i - _radius) / (sigma * sigma)) / sum); }
    }

    public int Width { get; private set; }
    public int Height { get; private set; }

    /// <summary>The value at a cell; coordinates beyond the border give the border's value.</summary>
    public float this[int x, int y] => _values[Math.Clamp(y, 0, Height - 1) * Width + Math.Clamp(x, 0, Width - 1)];

    /// <summary>Takes a map of <paramref name="height"/> x <paramref name="width"/> values whose maximum is <paramref name="maximum"/>.</summary>
    public void Load(ReadOnlySpan<float> map, int width, int height, float maximum, float smallest, float largest)
    {
        (Width, Height) = (width, height);
        var stride = width + 2 * _radius;
        if (_padded.Length < stride || _rows.Length < (height + 2 * _radius) * width)
        {
            (_padded, _rows, _values) = (new float[stride], new float[(height + 2 * _radius) * width], new float[height * width]);
        }
        _rows.AsSpan(0, (height + 2 * _radius) * width).Clear();
        _padded.AsSpan(0, stride).Clear();
        for (var y = 0; y < height; y++)
        {
            map.Slice(y * width, width).CopyTo(_padded.AsSpan(_radius));
            Accumulate(_padded, 1, _rows.AsSpan((y + _radius) * width, width));
        }
        var top = 0f;
        for (var y = 0; y < height; y++)
        {
            var row = _values.AsSpan(y * width, width);
            row.Clear();
            Accumulate(_rows.AsSpan(y * width), width, row);
            foreach (var value in row) { top = MathF.Max(top, value); }
        }
        var scale = top > 0 ? maximum / top : 1;
        foreach (ref var value in _values.AsSpan(0, width * height)) { value = MathF.Log(Math.Clamp(value * scale, smallest, largest)); }
    }

    // target[x] += sum over the kernel of source[x + i * step]
    private void Accumulate(ReadOnlySpan<float> source, int step, Span<float> target)
    {
        for (var i = 0; i < _kernel.Length; i++)
        {
            var shifted = source.Slice(i * step, target.Length);
            var weight = new Vector<float>(_kernel[i]);
            var x = 0;
            for (; x <= target.Length - Vector<float>.Count; x += Vector<float>.Count)
            {
                (new Vector<float>(target[x..]) + new Vector<float>(shifted[x..]) * weight).CopyTo(target[x..]);
            }
            for (; x < target.Length; x++) { target[x] += shifted[x] * _kernel[i]; }
        }
    }
}
