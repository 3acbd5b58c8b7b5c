using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgePose.Networks.Runtime;

/// <summary>What one run of an unknown network gave.</summary>
/// <param name="Outputs">Names, types and real shapes.</param>
/// <param name="Vectors">The values of int64 outputs of rank 1.</param>
/// <param name="NotFinite">Name of an output with a NaN or an infinity; empty when there is none.</param>
internal sealed record ProbeRun(IReadOnlyList<TensorShape> Outputs, IReadOnlyDictionary<string, long[]> Vectors, string NotFinite);

/// <summary>
/// Opens a network that nothing vouches for yet, to learn what it is: on the CPU, without graph optimisation (which would compute
/// constants of any size), and with an arena that ends at <see cref="OrtArena.MemoryLimit"/>.
/// </summary>
internal sealed class OrtProbe : IDisposable
{
    /// <summary>Elements of the largest input that is tried: 3 x 4096 x 4096.</summary>
    private const long InputLimit = 50_331_648;

    private readonly InferenceSession _session;
    private readonly string _name;

    private OrtProbe(InferenceSession session, string name) => (_session, _name) = (session, name);

    /// <exception cref="UserError">ONNX Runtime refuses the file; its own words are passed on.</exception>
    public static OrtProbe Open(byte[] model, string name)
    {
        OrtRuntime.Initialize("");
        OrtArena.Register();
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry(OrtArena.Use, "1");
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            return new OrtProbe(new InferenceSession(model, options), name);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(ExitCode.Model, $"{name}: ONNX Runtime {OrtRuntime.Version} refuses it: {Short(e)}", Hint(e), e);
        }
    }

    /// <summary>Declared inputs; an unknown dimension is -1.</summary>
    public IReadOnlyList<TensorShape> Inputs => [.. _session.InputMetadata.Select(Declared)];

    /// <summary>Declared outputs.</summary>
    public IReadOnlyList<TensorShape> Outputs => [.. _session.OutputMetadata.Select(Declared)];

    /// <summary>Runs the network on zeros.</summary>
    /// <exception cref="UserError">The input is too large, or the run fails.</exception>
    public ProbeRun Run(IReadOnlyList<int> shape)
    {
        var input = Inputs[0];
        var elements = shape.Aggregate(1L, (a, d) => a > InputLimit ? a : a * d);
        if (elements is <= 0 or > InputLimit)
        {
            throw new UserError(ExitCode.Model, $"{_name}: the input {input.Name} [{string.Join(',', shape)}] is not of a usable size",
                "export the network for pictures of at most 4096x4096 pixels");
        }
        try
        {
            using var value = Zeros(input.Element, [.. shape.Select(d => (long)d)], elements);
            using var run = new RunOptions();
            using var results = _session.Run(run, [input.Name], [value], _session.OutputNames);
            return Read(results);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(ExitCode.Model, $"{_name}: it does not run on [{string.Join(',', shape)}]: {Short(e)}", Hint(e), e);
        }
    }

    private ProbeRun Read(IDisposableReadOnlyCollection<OrtValue> results)
    {
        var (outputs, vectors, notFinite) = (new List<TensorShape>(), new Dictionary<string, long[]>(StringComparer.Ordinal), "");
        for (var i = 0; i < results.Count; i++)
        {
            var name = _session.OutputNames[i];
            if (!results[i].IsTensor) { throw new UserError(ExitCode.Model, $"{_name}: the output {name} is not a tensor"); }
            var info = results[i].GetTensorTypeAndShape();
            outputs.Add(new TensorShape(name, _session.OutputMetadata[name].ElementType, [.. info.Shape.Select(d => checked((int)d))]));
            if (info.ElementDataType == TensorElementType.Int64 && info.Shape.Length == 1) { vectors[name] = results[i].GetTensorDataAsSpan<long>().ToArray(); }
            if (info.ElementDataType == TensorElementType.Float && notFinite.Length == 0)
            {
                foreach (var v in results[i].GetTensorDataAsSpan<float>())
                {
                    if (!float.IsFinite(v)) { notFinite = name; break; }
                }
            }
        }
        return new ProbeRun(outputs, vectors, notFinite);
    }

    private OrtValue Zeros(Type element, long[] shape, long count) => element switch
    {
        _ when element == typeof(float) => OrtValue.CreateTensorValueFromMemory(new float[count], shape),
        _ when element == typeof(int) => OrtValue.CreateTensorValueFromMemory(new int[count], shape),
        _ when element == typeof(byte) => OrtValue.CreateTensorValueFromMemory(new byte[count], shape),
        _ => throw new UserError(ExitCode.Model, $"{_name}: the input {Inputs[0].Name} takes {element.Name}", ElementTypes.Advice(element)),
    };

    private static TensorShape Declared(KeyValuePair<string, NodeMetadata> port) =>
        new(port.Key, port.Value.IsTensor ? port.Value.ElementType : typeof(object), port.Value.IsTensor ? port.Value.Dimensions : []);

    private static string Short(OnnxRuntimeException e)
    {
        var text = e.Message.ReplaceLineEndings(" ").Trim();
        return text.Length > 400 ? text[..400] + " ..." : text;
    }

    private static string Hint(OnnxRuntimeException e) => Refusals.Advice(e.Message) ?? "export the network again with a current exporter";

    public void Dispose() => _session.Dispose();
}
