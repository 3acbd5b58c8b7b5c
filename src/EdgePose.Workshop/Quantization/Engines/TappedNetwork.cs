using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization.Engines;

/// <summary>
/// Stands between an estimator and its network and shows each run: so the inputs of calibration are those that the engine itself makes.
/// </summary>
/// <param name="inner">The network.</param>
/// <param name="execute">False: the network does not run, its outputs stay those of its warm-up; enough where only inputs are wanted.</param>
/// <param name="ran">Called after each run with the buffers.</param>
internal sealed class TappedNetwork(INetwork inner, bool execute, Action<Binding> ran) : INetwork
{
    private (Binding Inner, TappedBinding Tapped)? _last;

    public ModelDescriptor Descriptor => inner.Descriptor;
    public bool IsFixedSize => inner.IsFixedSize;

    public Binding Bind(int batch, int height, int width)
    {
        // The network may have given up the buffers of other sizes meanwhile.
        var binding = inner.Bind(batch, height, width);
        if (_last is not { } last || last.Inner != binding) { _last = last = (binding, new TappedBinding(binding, execute, ran)); }
        return last.Tapped;
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
