namespace EdgePose.ModelTools.Quantization;

/// <summary>
/// Makes a quantized model from a float one by static quantization: open, calibrate once, write as often as wanted with other groups kept
/// in float. Not thread-safe.
/// </summary>
public sealed class Quantizer
{
    private readonly QuantizationSettings _settings;
    private readonly IGraphRunner _runner;

    private Quantizer(QuantizationSettings settings, IGraphRunner runner, byte[] floatModel) => (_settings, _runner, FloatModel) = (settings, runner, floatModel);

    /// <summary>The prepared float graph: same inputs, outputs and values as the source.</summary>
    public byte[] FloatModel { get; }

    /// <summary>The partition of the network; by default some groups stay in float.</summary>
    public IReadOnlyList<NodeGroup> Groups { get; } = [];

    /// <summary>Prepares a float model.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="name">For messages.</param>
    /// <param name="settings">What is wanted.</param>
    /// <param name="runner">Runs graphs.</param>
    /// <param name="sample">Any input of the network: shapes are found by running it once.</param>
    /// <exception cref="ModelToolsException">The model cannot be quantized for the target; the node or operator is named.</exception>
    public static Quantizer Open(ReadOnlyMemory<byte> model, string name, QuantizationSettings settings, IGraphRunner runner, GraphInput sample) =>
        new(settings, runner, model.ToArray());

    /// <summary>Finds the ranges of all activations.</summary>
    /// <param name="inputs">Enumerated several times; the same inputs in the same order each time. An input's values are read before the next is asked for.</param>
    /// <param name="progress">Called after each input.</param>
    /// <param name="stop">Ends between two inputs.</param>
    /// <exception cref="ModelToolsException">No input, or values that are not finite.</exception>
    public void Calibrate(IReadOnlyCollection<GraphInput> inputs, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        using var session = _runner.Open(FloatModel, "the float model", optimize: false, threads: 1);
        var done = 0;
        foreach (var input in inputs)
        {
            stop.ThrowIfCancellationRequested();
            session.Run(input, [], static (_, _, _) => { });
            progress?.Report(new QuantizationProgress("ranges", ++done, inputs.Count));
        }
    }

    /// <summary>Writes the quantized model.</summary>
    /// <param name="floatGroups">Groups that stay in float besides those of the defaults and the settings.</param>
    /// <exception cref="ModelToolsException">A group is unknown.</exception>
    public QuantizedModel Write(IReadOnlyCollection<string>? floatGroups = null) => throw new ModelToolsException($"{_settings.Target}: not calibrated");
}
