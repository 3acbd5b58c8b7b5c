namespace EdgePose.Networks.Runtime;

/// <summary>One output of a <see cref="Binding"/>; valid until the next <see cref="Binding.Run"/>.</summary>
internal sealed class OutputTensor(string name)
{
    private float[] _values = [];
    private long[] _integers = [];

    public string Name { get; } = name;

    /// <summary>Shape after the last run; the array is reused.</summary>
    public int[] Shape { get; private set; } = [];
    public int Length { get; private set; }

    /// <summary>Row-major values of a float output; empty for an integer output.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Math.Min(Length, _values.Length));

    /// <summary>Row-major values of an int64 or int32 output; empty for a float output.</summary>
    public ReadOnlySpan<long> Integers => _integers.AsSpan(0, Math.Min(Length, _integers.Length));

    /// <summary>The buffer behind <see cref="Values"/>, for a runtime that writes into it directly.</summary>
    public Memory<float> FloatMemory => _values.AsMemory(0, Math.Min(Length, _values.Length));

    /// <summary>Makes room for a float result of <paramref name="shape"/> and returns where to write it; allocates only when it grows.</summary>
    public Span<float> ResizeFloats(ReadOnlySpan<long> shape)
    {
        SetShape(shape);
        if (_values.Length < Length) { _values = GC.AllocateUninitializedArray<float>(Length, pinned: true); }
        return _values.AsSpan(0, Length);
    }

    /// <summary>As <see cref="ResizeFloats"/> for an integer result.</summary>
    public Span<long> ResizeIntegers(ReadOnlySpan<long> shape)
    {
        SetShape(shape);
        if (_integers.Length < Length) { _integers = new long[Length]; }
        return _integers.AsSpan(0, Length);
    }

    private void SetShape(ReadOnlySpan<long> shape)
    {
        if (Shape.Length != shape.Length) { Shape = new int[shape.Length]; }
        var length = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            Shape[i] = checked((int)shape[i]);
            length = checked(length * Shape[i]);
        }
        Length = length;
    }
}

/// <summary>
/// The input and output buffers of a network for one input shape, created once and reused for life. Fill <see cref="Input"/>
/// (or <see cref="IntInput"/>), call <see cref="Run"/>, read <see cref="Outputs"/>. Used by one thread at a time.
/// </summary>
internal abstract class Binding(int batch, int height, int width, bool int32) : IDisposable
{
    public int Batch { get; } = batch;
    public int Height { get; } = height;
    public int Width { get; } = width;

    /// <summary>Input values, batch x 3 x height x width in the layout of the descriptor; empty for int32 networks.</summary>
    public float[] Input { get; } = int32 ? [] : GC.AllocateArray<float>(checked(batch * 3 * height * width), pinned: true);

    /// <summary>Input of int32 networks (0..255), batch x height x width x 3; otherwise empty.</summary>
    public int[] IntInput { get; } = int32 ? GC.AllocateArray<int>(checked(batch * 3 * height * width), pinned: true) : [];

    public abstract IReadOnlyList<OutputTensor> Outputs { get; }

    /// <summary>Work space of whoever decodes the outputs: shared, as the binding is, by all streams of one input size. Null = nobody has made one.</summary>
    public object? WorkSpace { get; set; }

    /// <summary>Runs the network. Throws what the runtime throws: the caller's supervisor decides.</summary>
    public abstract void Run();

    public virtual void Dispose() { }
}
