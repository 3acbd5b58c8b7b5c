using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgePose.Networks.Runtime;

/// <summary>
/// A <see cref="Binding"/> over ONNX Runtime: input and output memory is pinned and bound once. Only outputs whose shape depends on the
/// picture (end-to-end detectors) are handed out by the runtime and copied.
/// </summary>
internal sealed class OrtBinding : Binding
{
    private readonly OrtSession _owner;
    private readonly FrameStage _stage;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _io;
    private readonly OrtValue _input;
    private readonly List<OrtValue> _boundOutputs = [];
    private readonly OutputTensor[] _outputs;
    private readonly bool _variableOutputs;
    private readonly Action _runNetwork, _terminate;
    private readonly string _model;
    private readonly int[] _inputShape;
    private readonly RunWatch? _watch;

    public OrtBinding(
        OrtSession owner, InferenceSession session, IReadOnlyList<string> outputs, int[] inputShape, bool nhwc, bool int32, bool variableOutputs,
        RunWatch? watch)
        : base(inputShape[0], inputShape[nhwc ? 1 : 2], inputShape[nhwc ? 2 : 3], int32)
    {
        (_owner, _session, _model, _variableOutputs, _inputShape) = (owner, session, owner.Descriptor.Name, variableOutputs, inputShape);
        _stage = owner.Descriptor.Task == ModelTask.Detect ? FrameStage.Detector : FrameStage.Pose;
        (_runNetwork, _terminate) = (RunNetwork, () => _run.Terminate = true);
        _outputs = [.. outputs.Select(name => new OutputTensor(name))];
        _io = session.CreateIoBinding();
        var shape = Array.ConvertAll(inputShape, d => (long)d);
        _input = int32 ? OrtValue.CreateTensorValueFromMemory(IntInput, shape) : OrtValue.CreateTensorValueFromMemory(Input, shape);
        _io.BindInput(session.InputNames[0], _input);
        try
        {
            WarmUp();
            if (!variableOutputs) { BindOutputMemory(); }
            // Not before: a provider may compile the network for minutes in its first run.
            _watch = watch;
        }
        catch
        {
            // Before the session goes: the native binding refers to it.
            Dispose();
            throw;
        }
    }

    public override IReadOnlyList<OutputTensor> Outputs => _outputs;

    /// <summary>Calls of <see cref="Run"/> so far; written by the thread that runs the network.</summary>
    public long Runs { get; private set; }

    /// <exception cref="RunDeadlineException">It took longer than it may.</exception>
    /// <exception cref="UserError">The network does not run on such an input.</exception>
    public override void Run()
    {
        try
        {
            if (_watch is { } watch) { watch.Run(_model, _runNetwork, _terminate); }
            else { RunNetwork(); }
        }
        catch (RunDeadlineException)
        {
            _run.Terminate = false;
            throw;
        }
        catch (OnnxRuntimeException e)
        {
            throw _owner.DoesNotRun(_inputShape, e);
        }
    }

    private void RunNetwork()
    {
        _owner.Clock?.Enter(_stage);
        if (_variableOutputs) { RunAndCopy(_run); }
        else { _session.RunWithBinding(_run, _io); }
        Runs++;
        _owner.Clock?.Enter(FrameStage.Decode);
    }

    /// <summary>The first run, which also tells the sizes of the outputs.</summary>
    private void WarmUp()
    {
        using var options = new RunOptions();
        options.AddRunConfigEntry(FreeMemory.ShrinkArena, "cpu:0");
        RunAndCopy(options);
        FreeMemory.TrimNative();
    }

    private void RunAndCopy(RunOptions options)
    {
        // Anew for each run: the binding would otherwise keep the first run's outputs and refuse other shapes.
        foreach (var output in _outputs) { _io.BindOutputToDevice(output.Name, OrtMemoryInfo.DefaultInstance); }
        _session.RunWithBinding(options, _io);
        _io.SynchronizeBoundOutputs();
        using var values = _io.GetOutputValues();
        for (var i = 0; i < _outputs.Length; i++) { Copy(values[i], _outputs[i]); }
    }

    private static void Copy(OrtValue value, OutputTensor output)
    {
        var info = value.GetTensorTypeAndShape();
        switch (info.ElementDataType)
        {
            case TensorElementType.Float:
                value.GetTensorDataAsSpan<float>().CopyTo(output.ResizeFloats(info.Shape));
                break;
            case TensorElementType.Int64:
                value.GetTensorDataAsSpan<long>().CopyTo(output.ResizeIntegers(info.Shape));
                break;
            case TensorElementType.Int32:
                var target = output.ResizeIntegers(info.Shape);
                var source = value.GetTensorDataAsSpan<int>();
                for (var i = 0; i < target.Length; i++) { target[i] = source[i]; }
                break;
            default:
                throw new NotSupportedException($"output {output.Name} has element type {info.ElementDataType}; float, int32 and int64 are supported");
        }
    }

    private void BindOutputMemory()
    {
        _io.ClearBoundOutputs();
        foreach (var output in _outputs)
        {
            if (output.Values.Length == 0) { throw new NotSupportedException($"output {output.Name} [{string.Join(',', output.Shape)}] is empty or holds integers; a float tensor is expected"); }
            var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, output.FloatMemory, Array.ConvertAll(output.Shape, d => (long)d));
            _boundOutputs.Add(value);
            _io.BindOutput(output.Name, value);
        }
    }

    public override void Dispose()
    {
        _io.Dispose();
        foreach (var value in _boundOutputs) { value.Dispose(); }
        _input.Dispose();
        _run.Dispose();
        base.Dispose();
    }
}
