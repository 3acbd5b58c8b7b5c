using EdgePose.Domain;
using EdgePose.Inference;

namespace EdgePose.Hosting.Quantization;

/// <summary>
/// Stands between an estimator and its network and shows each run: so the inputs of calibration are those that the engine itself makes.
/// </summary>
/// <param name="inner">The network.</param>
/// <param name="execute">False: the network does not run, its outputs stay those of its warm-up; enough where only inputs are wanted.</param>
/// <param name="ran">Called after each run with the buffers.</param>
internal sealed class TappedNetwork(INetwork inner, bool execute, Action<Binding> ran) : INetwork
{
    private readonly Dictionary<(int Batch, int Height, int Width), TappedBinding> _bindings = [];

    public ModelDescriptor Descriptor => inner.Descriptor;
    public bool IsFixedSize => inner.IsFixedSize;

    public Binding Bind(int batch, int height, int width)
    {
        if (_bindings.TryGetValue((batch, height, width), out var binding)) { return binding; }
        binding = new TappedBinding(inner.Bind(batch, height, width), execute, ran);
        _bindings.Add((batch, height, width), binding);
        return binding;
    }

    // The inner binding belongs to the inner network, which disposes it.
    private sealed class TappedBinding(Binding inner, bool execute, Action<Binding> ran)
        : Binding(inner.Batch, inner.Height, inner.Width, inner.IntInput.Length > 0)
    {
        public override IReadOnlyList<OutputTensor> Outputs => inner.Outputs;

        public override void Run()
        {
            if (execute)
            {
                Input.CopyTo(inner.Input, 0);
                IntInput.CopyTo(inner.IntInput, 0);
                inner.Run();
            }
            ran(this);
        }
    }
}
