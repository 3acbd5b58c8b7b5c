using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgePose.Tests.ModelTools;

/// <summary>A session on a converted model, on one thread so that results do not depend on the machine's load.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly SessionOptions _options = new()
    {
        IntraOpNumThreads = 1, InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };
    private readonly InferenceSession _session;
    private readonly List<NamedOnnxValue> _inputs = [];

    // The native library is chosen once per process; whoever comes first chooses for all tests.
    static OnnxRun() => EdgePose.Networks.Runtime.OrtRuntime.Initialize("");

    public OnnxRun(string path) => _session = new InferenceSession(path, _options);

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;
    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    public OnnxRun With<T>(string name, int[] shape, params T[] values)
    {
        _inputs.RemoveAll(i => i.Name == name);
        _inputs.Add(NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(values, shape)));
        return this;
    }

    /// <summary>One output: its shape and values.</summary>
    public (int[] Shape, T[] Values) Get<T>(string output)
    {
        using var results = _session.Run(_inputs, [output]);
        var tensor = results[0].AsTensor<T>();
        return (tensor.Dimensions.ToArray(), tensor.ToArray());
    }

    /// <summary>Checks one output exactly, or within <paramref name="tolerance"/> for floats.</summary>
    public void Expect(string output, int[] shape, params float[] values)
    {
        var (actualShape, actual) = Get<float>(output);
        Assert.Equal(shape, actualShape);
        Assert.Equal(values.Length, actual.Length);
        for (var i = 0; i < values.Length; i++) { Assert.Equal(values[i], actual[i], 1e-4f); }
    }

    public void ExpectInts(string output, int[] shape, params int[] values)
    {
        var (actualShape, actual) = Get<int>(output);
        Assert.Equal(shape, actualShape);
        Assert.Equal(values, actual);
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }
}
