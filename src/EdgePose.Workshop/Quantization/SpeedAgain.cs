using System.Globalization;
using System.Text;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Workshop.Quantization;

/// <summary>What <c>edgepose models speed</c> found.</summary>
/// <param name="Name">The quantized model.</param>
/// <param name="Source">Its float model.</param>
/// <param name="Card">The descriptor whose card states it now.</param>
/// <param name="Speed">The figures.</param>
internal sealed record SpeedCard(string Name, string Source, string Card, SpeedReport Speed);

/// <summary>Measures the speed of an installed quantized model again, for another version of ONNX Runtime or another machine, and puts it into its card.</summary>
internal static class SpeedAgain
{
    private const string Begin = "  speed:\n";

    /// <exception cref="UserError">It is no quantized model, its float model is missing or another one, or the card cannot be written.</exception>
    public static SpeedCard Run(string name, IReadOnlyList<string> folders, IProgress<(int Done, int Total)> progress, TimeProvider time, CancellationToken stop)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        var model = store.Catalog.Get(name);
        if (model.Quantization is not { } card) { throw new UserError(ExitCode.Usage, $"{name} is not quantized, so it has no speed to compare with", "edgepose bench"); }
        var (exact, quantized) = (store.Catalog.Get(card.Source), ModelFile.ReadVerified(model));
        var content = ModelFile.ReadVerified(exact);
        if (ModelFile.ExpectedSha256(exact) != card.SourceSha256)
        {
            throw new UserError(ExitCode.Model, $"{name} was made from another {card.Source} ({card.SourceSha256[..12]})", $"edgepose quantize {card.Source} ...");
        }
        var descriptor = Path.Combine(Path.GetDirectoryName(model.Path)!, name + ".yaml");
        var source = new SourceModel(exact with { Input = model.Input }, content, card.SourceSha256, StaticSize: false);
        var speed = new SpeedMeasurement(source, quantized, Sample(model, card), time, stop).Run(card.Target, progress);
        ModelFiles.Write(model.Path, quantized, descriptor, Exchange(File.ReadAllText(descriptor), speed, descriptor), replace: true);
        return new SpeedCard(name, card.Source, descriptor, speed);
    }

    /// <summary>The descriptor with other figures of speed; all else stays.</summary>
    internal static string Exchange(string text, SpeedReport speed, string path)
    {
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        if (begin < 0) { throw new UserError(ExitCode.Model, $"{path}: no section speed in its card", "edgepose quantize writes cards with one"); }
        var end = begin + Begin.Length;
        while (text.AsSpan(end).StartsWith("    ")) { end = text.IndexOf('\n', end) + 1; }
        var changed = string.Concat(text.AsSpan(0, begin), CardText.SpeedText(speed), text.AsSpan(end));
        var problems = new ProblemList();
        return DescriptorReader.Read(Encoding.UTF8.GetBytes(changed), path, problems) is not null ? changed
            : throw new UserError(ExitCode.Failed, $"{path} cannot be read back: {problems.ToSorted([])[0]}", "report this as a defect");
    }

    /// <summary>Of the shape that the card states, so that figures of one card compare; the values do not matter to a processor.</summary>
    private static GraphInput Sample(ModelDescriptor model, QuantizationCard card)
    {
        var (nhwc, input) = (model.Input.Layout == TensorLayout.Nhwc, model.Input);
        long[] shape = [.. card.SpeedInput.Split('x').Select(d => long.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)];
        if (shape.Length != 4 || shape.Any(d => d is < 1 or > 8192)) { shape = nhwc ? [1, input.Height, input.Width, 3] : [1, 3, input.Height, input.Width]; }
        var (values, random) = (new float[shape.Aggregate(1L, (a, d) => a * d)], new Random(1));
        for (var i = 0; i < values.Length; i++) { values[i] = input.Int32 ? random.Next(256) : random.NextSingle(); }
        return new GraphInput(shape, values);
    }
}
