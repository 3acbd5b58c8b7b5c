namespace EdgePose.ModelTools.LitePose;

/// <summary>
/// Weights from a seed for a given architecture: for speed, plumbing and size only. The scales keep activations of a normalised picture in a
/// sane range through all layers.
/// </summary>
internal sealed class RandomWeights
{
    private readonly Random _random;
    private readonly StateDict _state;

    private RandomWeights(int seed, string name) => (_random, _state) = (new Random(seed), StateDict.Empty(name));

    public static StateDict Create(LitePoseArchitecture a, int seed)
    {
        var weights = new RandomWeights(seed, $"litepose-{a.Name}-random");
        weights.Backbone(a);
        weights.Heads(a);
        return weights._state;
    }

    private void Backbone(LitePoseArchitecture a)
    {
        const int Stem = LitePoseArchitecture.StemChannels;
        ConvNorm("first.0.0", "first.0.1", Stem, 3, 3);
        ConvNorm("first.1.0", "first.1.1", Stem, 1, 3);
        ConvNorm("first.2", "first.3", a.InputChannels, Stem, 1);
        var input = a.InputChannels;
        for (var s = 0; s < a.Stages.Count; s++)
        {
            for (var b = 0; b < a.Stages[s].Blocks; b++)
            {
                var (p, expanded) = ($"stage.{s}.{b}", LitePoseArchitecture.Expanded(input));
                ConvNorm($"{p}.inv.0", $"{p}.inv.1", expanded, input, 1);
                ConvNorm($"{p}.depth_conv.0", $"{p}.depth_conv.1", expanded, 1, LitePoseArchitecture.BlockKernel);
                ConvNorm($"{p}.point_conv.0", $"{p}.point_conv.1", a.Stages[s].Channels, expanded, 1);
                input = a.Stages[s].Channels;
            }
        }
    }

    private void Heads(LitePoseArchitecture a)
    {
        const int Kernel = LitePoseArchitecture.DeconvKernel;
        var (refined, steps) = (a.Stages[^1].Channels, a.Deconv.Count);
        for (var i = 0; i < steps; i++)
        {
            var raw = a.Stages[steps - 1 - i].Channels;
            Weight($"deconv_refined.{i}.weight", [refined, a.Deconv[i], Kernel, Kernel], refined * 8);
            Weight($"deconv_raw.{i}.weight", [raw, a.Deconv[i], Kernel, Kernel], raw * 8);
            Norm($"deconv_bnrelu.{i}.0", a.Deconv[i]);
            refined = a.Deconv[i];
            if (i == 0) { continue; }
            var (head, outputs) = (i - 1, i == 1 ? 2 * a.Joints : a.Joints);
            Separable($"final_refined.{head}", refined, outputs);
            Separable($"final_raw.{head}", i == 1 ? a.Stages[0].Channels : a.InputChannels, outputs);
        }
    }

    private void Separable(string name, int channels, int outputs)
    {
        ConvNorm($"{name}.conv.0", $"{name}.conv.1", channels, 1, LitePoseArchitecture.HeadKernel);
        Weight($"{name}.conv.3.weight", [outputs, channels, 1, 1], 4 * channels);
    }

    private void ConvNorm(string conv, string norm, int outputs, int inputs, int kernel)
    {
        Weight($"{conv}.weight", [outputs, inputs, kernel, kernel], inputs * kernel * kernel);
        Norm(norm, outputs);
    }

    private void Norm(string name, int channels)
    {
        Fill($"{name}.weight", [channels], () => 0.9 + (0.2 * _random.NextDouble()));
        Fill($"{name}.bias", [channels], () => 0.1 * Normal());
        Fill($"{name}.running_mean", [channels], () => 0.1 * Normal());
        Fill($"{name}.running_var", [channels], () => 0.8 + (0.4 * _random.NextDouble()));
    }

    private void Weight(string name, int[] dims, int fanIn)
    {
        var deviation = Math.Sqrt(2.0 / fanIn);
        Fill(name, dims, () => deviation * Normal());
    }

    private void Fill(string name, int[] dims, Func<double> next)
    {
        var values = new float[dims.Aggregate(1, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) { values[i] = (float)next(); }
        _state.Add(name, dims, values);
    }

    // Box and Muller.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
