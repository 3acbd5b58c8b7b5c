using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;

namespace EdgePose.Networks.Runtime;

/// <summary>Judges the interface of a network by a real run on a black picture.</summary>
internal delegate void RunCheck(Binding binding, TensorShape input, IReadOnlyList<TensorShape> outputs);

/// <summary>
/// A network in ONNX Runtime, opened from bytes whose hash was checked. <see cref="Provider"/> is the one that really ran the warm-up,
/// <see cref="Fallbacks"/> says why earlier ones of the chain did not. Used by the thread of one device.
/// </summary>
internal sealed class OrtSession : INetwork, IDisposable
{
    /// <summary>Where the provider decides.</summary>
    private const int LargestBatch = 8;

    private static readonly Type[] Readable = [typeof(float), typeof(long), typeof(int)];

    private readonly InferenceSession _session;
    private readonly Dictionary<(int Batch, int Height, int Width), OrtBinding> _bindings = [];
    private readonly IReadOnlyList<string> _outputs;
    private readonly RunWatch? _watch;

    private OrtSession(ModelDescriptor descriptor, InferenceSession session, string provider, IReadOnlyList<string> fallbacks, TimeSpan runDeadline)
    {
        (Descriptor, _session, Provider, Fallbacks) = (descriptor, session, provider, fallbacks);
        _watch = runDeadline > TimeSpan.Zero ? new RunWatch(runDeadline, TimeProvider.System) : null;
        _outputs = descriptor.Outputs.Count > 0 ? descriptor.Outputs : session.OutputNames;
        var (dimensions, first) = (session.InputMetadata[session.InputNames[0]].Dimensions, descriptor.Input.Layout == TensorLayout.Nhwc ? 1 : 2);
        IsFixedSize = dimensions.Length == 4 && (dimensions[first] > 0 || dimensions[first + 1] > 0);
    }

    public ModelDescriptor Descriptor { get; }
    public bool IsFixedSize { get; }

    /// <summary>Set when the session is open.</summary>
    public int MaxBatch { get; private set; } = 1;

    /// <summary>Why fewer pictures go through the network in one run than were wanted; empty when as many do.</summary>
    public string BatchNote { get; private set; } = "";
    public string Provider { get; }
    public IReadOnlyList<string> Fallbacks { get; }

    /// <summary>Opens the network on the first provider of the chain that starts and runs it once.</summary>
    /// <param name="descriptor">What the network is.</param>
    /// <param name="model">The bytes of the file; already verified.</param>
    /// <param name="options">Chain, threads and libraries.</param>
    /// <param name="verify">Throws when a run contradicts the descriptor.</param>
    /// <exception cref="UserError">The file is not a usable network, contradicts its descriptor, or no permitted provider starts.</exception>
    public static OrtSession Open(ModelDescriptor descriptor, byte[] model, InferenceSettings options, RunCheck verify)
    {
        OrtRuntime.Initialize(options.RuntimeLibrary);
        var fallbacks = new List<string>();
        OrtLog.Drain();
        var (chain, required) = (ExecutionProviders.Chain(options), options.RequireProvider);
        if (required.Length > 0 && !chain.Contains(required))
        {
            throw new UserError(ExitCode.Model, $"model {descriptor.Name}: {required} is required, but the providers to use are {string.Join(", ", chain)}",
                "add it to inference.providers, or drop require_provider (--require-ep)");
        }
        foreach (var provider in chain)
        {
            try
            {
                return OpenOn(provider, descriptor, model, options, fallbacks, verify);
            }
            catch (Exception e) when (e is OnnxRuntimeException or NotSupportedException or EntryPointNotFoundException or DllNotFoundException
                or OverflowException or OutOfMemoryException)
            {
                fallbacks.Add(string.Join("; ", OrtLog.Drain().Prepend($"{provider}: {e.Message}").Distinct()));
                if (provider == required) { break; }
            }
        }
        throw new UserError(ExitCode.Model,
            $"model {descriptor.Name} ({descriptor.File}) does not start{(required.Length > 0 ? $" on the required {required}" : "")}: {string.Join("; ", fallbacks)}",
            Refusals.Advice(fallbacks.FirstOrDefault("")) ?? (chain is ["cpu"] ? "the file is damaged, or needs a newer ONNX Runtime (inference.runtime_library)" : "install what the provider needs, or try inference.providers: [cpu]"));
    }

    private static OrtSession OpenOn(
        string provider, ModelDescriptor descriptor, byte[] model, InferenceSettings options, List<string> fallbacks, RunCheck verify)
    {
        using var settings = ExecutionProviders.Configure(provider, options);
        var session = new OrtSession(descriptor, new InferenceSession(model, settings), provider, [.. fallbacks], options.RunDeadline);
        try
        {
            session.CheckInterface();
            session.TryOut(verify);
            if (options.RequireProvider.Length > 0 && provider != options.RequireProvider)
            {
                throw new UserError(ExitCode.Model, $"model {descriptor.Name} started on {provider}, not on the required {options.RequireProvider}: {string.Join("; ", fallbacks)}",
                    "install the provider's libraries or drop require_provider");
            }
            session.PrepareBatches(options.Batch);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Crops are batched where it gains: not on CPUs, whose cores are busy with one picture (DWPose-t: 10.3 ms of processor time per picture
    /// alone, 9.3 ms in batches of four; LitePose-M 110 ms and 131 ms). All sizes are tried now, for a provider may compile each of them, and
    /// because an axis may only claim to be variable. What does not work in batches works one by one on the same provider.
    /// </summary>
    private void PrepareBatches(int wanted)
    {
        var canBatch = Descriptor.Task == ModelTask.TopDown && _session.InputMetadata[_session.InputNames[0]].Dimensions[0] < 0;
        var most = wanted > 0 ? wanted : Provider == "cpu" ? 1 : LargestBatch;
        for (var batch = 2; canBatch && batch <= most; batch *= 2)
        {
            if (TryBatch(batch) is { } reason)
            {
                BatchNote = $"batches of {batch} do not work ({reason}): {(MaxBatch == 1 ? "one person at a time" : $"at most {MaxBatch} people in one run")}";
                return;
            }
            MaxBatch = batch;
        }
    }

    /// <summary>Null when the network takes a batch of this size and gives each picture its own answer; otherwise why not.</summary>
    private string? TryBatch(int batch)
    {
        OrtLog.Drain();
        try
        {
            return BatchTrial.Fault(Create(batch, Descriptor.Input.Height, Descriptor.Input.Width)) is { } fault ? GiveUp(batch, fault) : null;
        }
        catch (Exception e) when (e is OnnxRuntimeException or UserError or NotSupportedException or OverflowException or OutOfMemoryException)
        {
            return GiveUp(batch, e.Message.ReplaceLineEndings(" ").Trim());
        }
    }

    private string GiveUp(int batch, string reason)
    {
        OrtLog.Drain();
        if (_bindings.Remove((batch, Descriptor.Input.Height, Descriptor.Input.Width), out var binding)) { binding.Dispose(); }
        return reason;
    }

    /// <summary>
    /// Input sizes whose buffers are kept; one of them is given up for another one. For tools that see a new size with each picture:
    /// whoever asks for a size must no longer use what it got for another.
    /// </summary>
    public int MostBindings { get; set; } = int.MaxValue;

    /// <summary>Gets the time of the runs; null = nobody measures.</summary>
    public StageClock? Clock { get; set; }

    /// <summary>Every input size that has been used, with the number of its runs.</summary>
    public IReadOnlyCollection<OrtBinding> Bindings => _bindings.Values;

    /// <summary>Runs the network once at its descriptor's size and judges the outputs.</summary>
    private void TryOut(RunCheck verify)
    {
        var (width, height) = (Descriptor.Input.Width, Descriptor.Input.Height);
        var binding = Create(1, height, width);
        verify(binding, InputShape(binding), OutputShapes(binding));
        if (Descriptor.Task != ModelTask.BottomUp) { return; }
        // The pictures decide the real size of a bottom-up network: these buffers would hardly ever be used again.
        _bindings.Remove((1, height, width));
        binding.Dispose();
    }

    /// <exception cref="UserError">The network does not run on such an input.</exception>
    public Binding Bind(int batch, int height, int width)
    {
        Clock?.Enter(FrameStage.Preprocess);
        if (_bindings.TryGetValue((batch, height, width), out var binding)) { return binding; }
        try { return Create(batch, height, width); }
        catch (OnnxRuntimeException e)
        {
            // An axis may only claim to be variable: what was baked in further on shows with the first picture of another size.
            throw DoesNotRun(ShapeOf(batch, height, width), e);
        }
    }

    internal UserError DoesNotRun(int[] shape, Exception cause) => new(ExitCode.Model,
        $"model {Descriptor.Name}: the network does not run on [{string.Join(',', shape)}]: {cause.Message.ReplaceLineEndings(" ").Trim()}",
        "export it for this size, or set input in its descriptor (for a bottom-up model also the stream's pose.short_side) to the size it was exported for", cause);

    private int[] ShapeOf(int batch, int height, int width) =>
        Descriptor.Input.Layout == TensorLayout.Nhwc ? [batch, height, width, 3] : [batch, 3, height, width];

    private OrtBinding Create(int batch, int height, int width)
    {
        var (input, shape) = (Descriptor.Input, ShapeOf(batch, height, width));
        CheckShape(shape);
        if (_bindings.Count >= MostBindings)
        {
            var first = _bindings.First();
            _bindings.Remove(first.Key);
            first.Value.Dispose();
        }
        var binding = new OrtBinding(
            this, _session, _outputs, shape, input.Layout == TensorLayout.Nhwc, input.Int32, variableOutputs: Descriptor.Kind.HasVariableOutputs, _watch);
        _bindings.Add((batch, height, width), binding);
        return binding;
    }

    /// <summary>Shapes of a binding after its last run; for contract detection.</summary>
    public TensorShape InputShape(Binding binding)
    {
        return new TensorShape(_session.InputNames[0], _session.InputMetadata[_session.InputNames[0]].ElementType,
            ShapeOf(binding.Batch, binding.Height, binding.Width));
    }

    public IReadOnlyList<TensorShape> OutputShapes(Binding binding) =>
        [.. binding.Outputs.Select(o => new TensorShape(o.Name, _session.OutputMetadata[o.Name].ElementType, [.. o.Shape]))];

    private void CheckInterface()
    {
        if (_session.InputNames.Count != 1)
        {
            throw new UserError(ExitCode.Model, $"model {Descriptor.Name}: {_session.InputNames.Count} inputs ({string.Join(", ", _session.InputNames)}), one is expected",
                "export the network with one image input");
        }
        var missing = _outputs.Where(o => !_session.OutputNames.Contains(o)).ToList();
        if (missing.Count > 0)
        {
            throw new UserError(ExitCode.Model, $"model {Descriptor.Name}: no output {string.Join(", ", missing)}; the file has {string.Join(", ", _session.OutputNames)}",
                "correct the descriptor's outputs");
        }
        var element = _session.InputMetadata[_session.InputNames[0]].ElementType;
        var expected = Descriptor.Input.Int32 ? typeof(int) : typeof(float);
        if (element != expected)
        {
            throw new UserError(ExitCode.Model, $"model {Descriptor.Name}: the input takes {element.Name}, the descriptor says {expected.Name}",
                element == typeof(float) || element == typeof(int) ? "correct the descriptor's input: int32 is true or false" : ElementTypes.Advice(element));
        }
        if (_outputs.FirstOrDefault(o => !Readable.Contains(_session.OutputMetadata[o].ElementType)) is { } odd)
        {
            var output = _session.OutputMetadata[odd];
            throw new UserError(ExitCode.Model,
                $"model {Descriptor.Name}: output {odd} has element type {output.ElementDataType}; float, int32 and int64 are supported", ElementTypes.Advice(output.ElementType));
        }
    }

    private void CheckShape(int[] shape)
    {
        var fixedShape = _session.InputMetadata[_session.InputNames[0]].Dimensions;
        var fits = fixedShape.Length == shape.Length && !fixedShape.Where((d, i) => d > 0 && d != shape[i]).Any();
        if (!fits && fixedShape.Length == shape.Length && fixedShape[0] > 1 && fixedShape[0] != shape[0])
        {
            throw new UserError(ExitCode.Model, $"model {Descriptor.Name}: the file takes {fixedShape[0]} pictures at a time, never one",
                "export the network for one picture, or with a batch of any size");
        }
        if (!fits)
        {
            throw new UserError(ExitCode.Model,
                $"model {Descriptor.Name}: input [{string.Join(',', shape)}] asked for, the file takes [{string.Join(',', fixedShape)}] (-1 = any)",
                "correct the descriptor's input size and layout, or the stream's pose.short_side");
        }
    }

    public void Dispose()
    {
        foreach (var binding in _bindings.Values) { binding.Dispose(); }
        _session.Dispose();
        _watch?.Dispose();
    }
}
