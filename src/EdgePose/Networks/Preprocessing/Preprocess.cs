using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Preprocessing;

/// <summary>
/// Resamples and normalises a frame into a network's input in one pass, NCHW or NHWC, RGB or BGR, float or int32. It keeps its row
/// buffers: one instance per user, not thread-safe, no allocation once the sizes have been seen.
/// </summary>
internal sealed class Preprocess
{
    private readonly ModelInput _input;
    private readonly bool _planar;
    private readonly int[] _channelOf = new int[3];
    private readonly SamplingAxis _columns = new();
    private readonly SamplingAxis _rows = new();
    private int[] _near = [], _far = [], _pixels = [];
    private float[] _mean = [], _std = [];
    private int _nearRow, _farRow;
    private int _width, _height;

    public Preprocess(ModelInput input)
    {
        _input = input;
        _planar = input.Layout == TensorLayout.Nchw;
        for (var c = 0; c < 3; c++) { _channelOf[input.Colour == ColourOrder.Rgb ? c : 2 - c] = c; }
    }

    /// <summary>Draws the whole frame by the descriptor's rule, which must be letterbox or stretch, and says where it lies.</summary>
    public Placement FillFrame(Frame frame, Binding binding)
    {
        var (contentWidth, contentHeight) = (binding.Width, binding.Height);
        var placement = _input.Resize switch
        {
            ResizeRule.Letterbox => Placements.Letterbox(
                frame.Width, frame.Height, binding.Width, binding.Height, out contentWidth, out contentHeight),
            ResizeRule.Stretch => Placements.Stretch(frame.Width, frame.Height, binding.Width, binding.Height),
            _ => throw new InvalidOperationException($"{_input.Resize} does not place a whole frame"),
        };
        if (_input.Int32) { Resize(frame, contentWidth, contentHeight, binding.Width, binding.Height, binding.IntInput); }
        else { Resize(frame, contentWidth, contentHeight, binding.Width, binding.Height, binding.Input); }
        return placement;
    }

    /// <summary>Draws the frame through <paramref name="placement"/>, black outside: crops, and every rule with centred content. Goes to the picture <paramref name="item"/> of a batch.</summary>
    public void FillWarp(Frame frame, in Placement placement, Binding binding, int item = 0)
    {
        var length = 3 * binding.Width * binding.Height;
        if (_input.Int32) { Warp(frame, placement, binding.Width, binding.Height, binding.IntInput.AsSpan(item * length, length)); }
        else { Warp(frame, placement, binding.Width, binding.Height, binding.Input.AsSpan(item * length, length)); }
    }

    /// <summary>Bilinear as cv2.resize (two taps, half-pixel centres, edges replicated) into the top-left content rectangle; the rest is the pad value.</summary>
    /// <param name="frame">Source.</param>
    /// <param name="contentWidth">Width of the drawn frame, 1..width.</param>
    /// <param name="contentHeight">Height of the drawn frame, 1..height.</param>
    /// <param name="width">Input width.</param>
    /// <param name="height">Input height.</param>
    /// <param name="destination">3 x height x width values of type float or int.</param>
    public void Resize<T>(Frame frame, int contentWidth, int contentHeight, int width, int height, Span<T> destination) where T : struct
    {
        Prepare(width, height, destination.Length);
        _columns.SetResize(frame.Width, contentWidth, snap: true);
        _rows.SetResize(frame.Height, contentHeight, snap: false);
        var copy = _columns.IsIdentity && _rows.IsIdentity;
        _pixels.AsSpan(0, 3 * width).Fill(_input.PadValue);
        for (var y = 0; y < contentHeight; y++)
        {
            if (copy) { PixelRows.Copy(Row(frame, y), _channelOf, _pixels, Plane, Pixel); }
            else { BlendRow(frame, y, warp: false); }
            Store(y, destination);
        }
        _pixels.AsSpan(0, 3 * width).Fill(_input.PadValue);
        for (var y = contentHeight; y < height; y++) { Store(y, destination); }
    }

    /// <summary>Bilinear as cv2.warpAffine with a black border before normalisation, bit-equal to its 8-bit fixed-point arithmetic.</summary>
    /// <param name="frame">Source.</param>
    /// <param name="placement">Frame to input, finite and with positive scales.</param>
    /// <param name="width">Input width.</param>
    /// <param name="height">Input height.</param>
    /// <param name="destination">3 x height x width values of type float or int.</param>
    public void Warp<T>(Frame frame, in Placement placement, int width, int height, Span<T> destination) where T : struct
    {
        Prepare(width, height, destination.Length);
        // Inverted as OpenCV does, through the determinant, to meet its last bit.
        var determinant = 1.0 / (placement.ScaleX * placement.ScaleY);
        var (inverseX, inverseY) = (placement.ScaleY * determinant, placement.ScaleX * determinant);
        _columns.SetWarp(frame.Width, width, inverseX, -inverseX * placement.OffsetX, columns: true);
        _rows.SetWarp(frame.Height, height, inverseY, -inverseY * placement.OffsetY, columns: false);
        for (var y = 0; y < height; y++)
        {
            if ((_rows.FirstWeight[y] | _rows.SecondWeight[y]) == 0) { _pixels.AsSpan(0, 3 * width).Clear(); }
            else { BlendRow(frame, y, warp: true); }
            Store(y, destination);
        }
    }

    private int Plane => _planar ? _width : 1;
    private int Pixel => _planar ? 1 : 3;

    private static ReadOnlySpan<byte> Row(Frame frame, int y) => frame.Pixels.AsSpan(y * frame.Width * 3, frame.Width * 3);

    private void Prepare(int width, int height, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(length, 3 * width * height);
        (_nearRow, _farRow) = (-1, -1);
        _height = height;
        if (_width == width) { return; }
        _width = width;
        (_near, _far, _pixels) = (new int[3 * width], new int[3 * width], new int[3 * width]);
        (_mean, _std) = (new float[3 * width], new float[3 * width]);
        for (var i = 0; i < 3 * width; i++)
        {
            var channel = _planar ? i / width : i % 3;
            (_mean[i], _std[i]) = (_input.Mean[channel], _input.Std[channel]);
        }
    }

    private void BlendRow(Frame frame, int y, bool warp)
    {
        var (near, far) = (_rows.First[y], _rows.Second[y]);
        if (near != _nearRow && near == _farRow)
        {
            (_near, _far, _nearRow, _farRow) = (_far, _near, _farRow, _nearRow);
        }
        if (near != _nearRow) { Sample(frame, near, _near); _nearRow = near; }
        var same = near == far;
        if (!same && far != _farRow) { Sample(frame, far, _far); _farRow = far; }
        var (segments, length) = _planar ? (3, _columns.Length) : (1, 3 * _columns.Length);
        for (var s = 0; s < segments; s++)
        {
            var n = _near.AsSpan(s * _width, length);
            var f = (same ? _near : _far).AsSpan(s * _width, length);
            var target = _pixels.AsSpan(s * _width, length);
            if (warp) { PixelRows.BlendWarp(n, f, _rows.FirstWeight[y], _rows.SecondWeight[y], target); }
            else { PixelRows.BlendResize(n, f, _rows.FirstWeight[y], _rows.SecondWeight[y], target); }
        }
    }

    private void Sample(Frame frame, int row, int[] target)
    {
        if (!_planar) { PixelRows.Sample(Row(frame, row), _columns, _channelOf, target, Plane, Pixel); return; }
        PlanarRows.Sample(
            frame.Pixels.AsSpan(row * frame.Width * 3), _columns, target.AsSpan(_channelOf[0] * _width, _width), target.AsSpan(_channelOf[1] * _width, _width),
            target.AsSpan(_channelOf[2] * _width, _width));
    }

    private void Store<T>(int y, Span<T> destination) where T : struct
    {
        var pixels = _pixels.AsSpan(0, 3 * _width);
        var (segments, length, distance) = _planar ? (3, _width, _height * _width) : (1, 3 * _width, 0);
        for (var s = 0; s < segments; s++)
        {
            var target = destination.Slice(s * distance + y * length, length);
            var source = pixels.Slice(s * length, length);
            if (typeof(T) == typeof(float))
            {
                PixelRows.Normalise(source, _mean.AsSpan(s * length, length), _std.AsSpan(s * length, length), MemoryMarshal.Cast<T, float>(target));
            }
            else { source.CopyTo(MemoryMarshal.Cast<T, int>(target)); }
        }
    }
}
