using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>
/// Rows of numbers out of an output [1, rows, columns] or, as most YOLO exports have them, [1, columns, rows]. Their boxes are centre and
/// size in input pixels, or in parts of the input's sides; which of the two shows in each row, for no person is a pixel and a half wide.
/// </summary>
internal readonly ref struct YoloRows
{
    /// <summary>Sides up to here are parts of the input.</summary>
    private const float LargestPart = 1.5f;

    private readonly ReadOnlySpan<float> _values;
    private readonly int _row, _column;
    private readonly float _width, _height;

    private YoloRows(ReadOnlySpan<float> values, int count, int columns, bool columnsFirst, Binding binding)
    {
        _values = values;
        (Count, Columns, _width, _height) = (count, columns, binding.Width, binding.Height);
        (_row, _column) = columnsFirst ? (1, count) : (columns, 1);
    }

    public int Count { get; }
    public int Columns { get; }

    public float this[int row, int column] => _values[row * _row + column * _column];

    /// <summary>The rows of the output that the descriptor names, or of the first of rank 3.</summary>
    /// <exception cref="UserError">There is none of that form.</exception>
    public static YoloRows Of(ModelDescriptor descriptor, Binding binding, string expected)
    {
        var output = OutputShapes.Named(descriptor, binding, 0);
        for (var i = 0; output is null && i < binding.Outputs.Count; i++)
        {
            if (binding.Outputs[i].Shape.Length == 3 && binding.Outputs[i].Integers.IsEmpty) { output = binding.Outputs[i]; }
        }
        if (output is not { Shape: [1, var first, var second] }) { throw OutputShapes.Mismatch(descriptor, binding, expected); }
        var columnsFirst = ColumnsFirst(first, second, binding.Height, binding.Width);
        return new YoloRows(output.Values, columnsFirst ? second : first, columnsFirst ? first : second, columnsFirst, binding);
    }

    /// <summary>Whether the second number counts the rows: it does where it is that of the cells, and the first is not.</summary>
    public static bool ColumnsFirst(int first, int second, int height, int width) =>
        YoloGrid.RowsPerCell(second, height, width) > 0 && YoloGrid.RowsPerCell(first, height, width) == 0;

    /// <summary>The box around a centre, in input pixels.</summary>
    public Box Centred(int row)
    {
        var (x, y, w, h) = (this[row, 0], this[row, 1], this[row, 2], this[row, 3]);
        var (sx, sy) = Scale(MathF.Max(w, x), MathF.Max(h, y));
        return new Box((x - w / 2) * sx, (y - h / 2) * sy, (x + w / 2) * sx, (y + h / 2) * sy);
    }

    /// <summary>The box between two corners, in input pixels.</summary>
    public Box Cornered(int row)
    {
        var (x1, y1, x2, y2) = (this[row, 0], this[row, 1], this[row, 2], this[row, 3]);
        var (sx, sy) = Scale(x2, y2);
        return new Box(x1 * sx, y1 * sy, x2 * sx, y2 * sy);
    }

    /// <summary>What turns the coordinates of a row into input pixels, judged by the largest of them.</summary>
    public (float X, float Y) Scale(float largestX, float largestY) => largestX <= LargestPart && largestY <= LargestPart ? (_width, _height) : (1, 1);

    /// <summary>Smallest and largest value of a column.</summary>
    public (float Least, float Most) Range(int column)
    {
        var (least, most) = (float.MaxValue, float.MinValue);
        for (var row = 0; row < Count; row++)
        {
            var value = this[row, column];
            (least, most) = (MathF.Min(least, value), MathF.Max(most, value));
        }
        return (least, most);
    }
}
