using System.Runtime.InteropServices;
using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgePose.Networks.Runtime;

/// <summary>Receives one output of an <see cref="OrtGraph"/>; the values are valid during the call, and empty for other types than float.</summary>
internal delegate void GraphOutput(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values);

/// <summary>
/// Any one-input graph on the CPU, for the model tools: calibration, comparison, speed. Frees what a run allocated before the next one,
/// so that memory stays at one run's peak whatever the shapes are.
/// </summary>
internal sealed class OrtGraph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string _name;

    private OrtGraph(InferenceSession session, string name) => (_session, _name) = (session, name);

    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="name">For messages.</param>
    /// <param name="optimize">True = as the daemon runs it; false = memory goes back to the system after each run.</param>
    /// <param name="threads">Intra-op threads.</param>
    /// <exception cref="UserError">ONNX Runtime refuses the graph.</exception>
    public static OrtGraph Open(byte[] model, string name, bool optimize, int threads)
    {
        using var options = Options(optimize, threads);
        return new OrtGraph(Create(model, name, options), name);
    }

    /// <summary>The graph after all optimisations for this machine's CPU, as an ONNX file.</summary>
    /// <exception cref="UserError">ONNX Runtime refuses the graph.</exception>
    public static byte[] Optimized(byte[] model, string name)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            using var options = Options(optimize: true, threads: 1);
            options.OptimizedModelFilePath = path;
            Create(model, name, options).Dispose();
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Runs the graph and hands over the outputs in the order of <paramref name="outputs"/>; none named = all.</summary>
    /// <exception cref="UserError">The run fails.</exception>
    public void Run(long[] shape, ReadOnlyMemory<float> input, IReadOnlyList<string> outputs, GraphOutput read)
    {
        var names = outputs.Count > 0 ? outputs : _session.OutputNames;
        try
        {
            using var value = Input(shape, input);
            using var results = _session.Run(_run, _session.InputNames, [value], names);
            for (var i = 0; i < names.Count; i++)
            {
                var info = results[i].GetTensorTypeAndShape();
                read(names[i], info.Shape, info.ElementDataType == TensorElementType.Float ? results[i].GetTensorDataAsSpan<float>() : []);
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(ExitCode.Model, $"{_name}: it does not run on [{string.Join(',', shape)}]: {e.Message}",
                "export the network again with a current exporter", e);
        }
    }

    private OrtValue Input(long[] shape, ReadOnlyMemory<float> values)
    {
        var element = _session.InputMetadata[_session.InputNames[0]].ElementType;
        if (element == typeof(int))
        {
            return OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values.ToArray(), static v => (int)v), shape);
        }
        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(values), shape);
    }

    private static SessionOptions Options(bool optimize, int threads)
    {
        // Before anything of the binding, which would look for the library by itself.
        OrtRuntime.Initialize("");
        var options = new SessionOptions
        {
            // Also for calibration: what is asked for is computed as the file says, and without the optimised layout depth-wise convolutions
            // take twenty times as long.
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            // The arena keeps what the largest run needed, and its fragments; calibration runs at many sizes with hundreds of outputs.
            EnableCpuMemArena = optimize,
            EnableMemoryPattern = optimize,
        };
        // Idle inference threads must not take the cores from ffmpeg's decoders while they wait for the next operator.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry(ExecutionProviders.DisabledOptimizers, ExecutionProviders.GuessedWeights);
        return options;
    }

    private static InferenceSession Create(byte[] model, string name, SessionOptions options)
    {
        try
        {
            return new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(ExitCode.Model, $"{name}: ONNX Runtime {OrtRuntime.Version} refuses it: {e.Message}", "export the network again with a current exporter", e);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
