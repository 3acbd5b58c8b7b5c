using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Models;

/// <summary>What a network was found to be.</summary>
/// <param name="Families">Those that its shapes allow, the likeliest first.</param>
internal sealed record ProbedModel(IReadOnlyList<IModelFamily> Families, TensorShape Input, IReadOnlyList<TensorShape> Outputs, bool DynamicSize)
{
    public (int Width, int Height) Size => (Input.PictureSize.Width, Input.PictureSize.Height);
}

/// <summary>The same for showing; the kind is null when no contract fits.</summary>
internal sealed record FoundModel(string? Kind, string Input, (int Width, int Height) Size, IReadOnlyList<string> Outputs);

/// <summary>Runs networks that have no descriptor yet.</summary>
internal static class ModelProbing
{
    /// <summary>Sizes (width, height) tried for a network that leaves its own open, until one makes sense of the outputs.</summary>
    private static readonly (int Width, int Height)[] Sizes = [(448, 448), (192, 256), (320, 320), (640, 640), (288, 384)];

    /// <summary>Runs the network once or more and says what it may be.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="name">For messages.</param>
    /// <param name="wanted">Size for a network that leaves its own open; null = sizes are tried.</param>
    /// <exception cref="UserError">It does not open or run, is no network on one picture, or gives values that are not finite.</exception>
    public static ProbedModel Detect(byte[] model, string name, (int Width, int Height)? wanted = null)
    {
        using var probe = OrtProbe.Open(model, name);
        var input = ImageInput(probe, name);
        var nhwc = IsNhwc(input);
        var (w, h) = SizeOf(input);
        var dynamic = h <= 0 || w <= 0;
        ProbedModel? found = null;
        UserError? failure = null;
        foreach (var size in !dynamic ? [(w, h)] : wanted is { } one ? [one] : Sizes)
        {
            int[] shape = Shape(input, nhwc, h > 0 ? h : size.Height, w > 0 ? w : size.Width);
            try
            {
                var run = probe.Run(shape);
                if (run.NotFinite.Length > 0)
                {
                    throw new UserError(ExitCode.Model, $"{name}: on a black picture the output {run.NotFinite} holds values that are not finite",
                        "the weights or the export are damaged");
                }
                var real = new TensorShape(input.Name, input.Element, shape);
                found = new ProbedModel([.. ModelFamilies.All.Where(f => f.Recognises(real, run.Outputs))], real, run.Outputs, dynamic);
                if (found.Families.Count > 0) { return found; }
            }
            catch (UserError e) when (dynamic)
            {
                failure ??= e;
            }
        }
        return found ?? throw failure!;
    }

    /// <summary>Runs a graph whose outputs are vectors of int64 and returns them by name, with the input's shape.</summary>
    /// <param name="model">The graph.</param>
    /// <param name="name">For messages.</param>
    /// <param name="size">Width and height for dimensions that the graph leaves open.</param>
    public static (IReadOnlyDictionary<string, long[]> Vectors, string Input) Vectors(byte[] model, string name, (int Width, int Height) size)
    {
        using var probe = OrtProbe.Open(model, name);
        var input = ImageInput(probe, name);
        var nhwc = IsNhwc(input);
        var (w, h) = SizeOf(input);
        int[] shape = Shape(input, nhwc, h > 0 ? h : size.Height, w > 0 ? w : size.Width);
        return (probe.Run(shape).Vectors, new TensorShape(input.Name, input.Element, shape).ToString());
    }

    /// <summary>Runs a network that the engine itself does not take, such as one with pre-processing in the graph, on a black picture.</summary>
    /// <returns>Input and outputs as one text each.</returns>
    public static (string Input, IReadOnlyList<string> Outputs) Try(ReadOnlyMemory<byte> model, string name, int side)
    {
        using var probe = OrtProbe.Open(model.ToArray(), name);
        var input = ImageInput(probe, name);
        var shape = Shape(input, IsNhwc(input), side, side);
        var run = probe.Run(shape);
        if (run.NotFinite.Length > 0) { throw new UserError(ExitCode.Model, $"{name}: the output {run.NotFinite} holds values that are not finite"); }
        return (new TensorShape(input.Name, input.Element, shape).ToString(), [.. run.Outputs.Select(o => o.ToString())]);
    }

    /// <summary>As <see cref="Detect"/>, in words.</summary>
    public static FoundModel Describe(ReadOnlyMemory<byte> model, string name)
    {
        var found = Detect(model.ToArray(), name);
        return new FoundModel((found.Families is [var first, ..] ? first.Kind.Name : null), found.Input.ToString(), SizeOf(found.Input), [.. found.Outputs.Select(o => o.ToString())]);
    }

    /// <summary>Width and height of a picture input.</summary>
    private static (int Width, int Height) SizeOf(TensorShape input) => IsNhwc(input) ? (input.Shape[2], input.Shape[1]) : (input.Shape[3], input.Shape[2]);

    private static int[] Shape(TensorShape input, bool nhwc, int h, int w)
    {
        var batch = Math.Max(1, input.Shape[0]);
        return nhwc ? [batch, h, w, 3] : [batch, 3, h, w];
    }

    private static bool IsNhwc(TensorShape input) => input.Shape[3] == 3 && input.Shape[1] != 3;

    private static TensorShape ImageInput(OrtProbe probe, string name)
    {
        if (probe.Inputs is [{ Rank: 4 } input] && (input.Shape[1] is 3 or <= 0 || input.Shape[3] == 3))
        {
            if (input.Shape[0] <= 1) { return input; }
            throw new UserError(ExitCode.Model, $"{name}: it takes {input.Shape[0]} pictures at a time, never one: {input}",
                "export the network for one picture, or with a batch of any size");
        }
        var what = ForeignNetworks.ByInputs(probe.Inputs) is { } known ? $"; it looks like {known.Name}" : "";
        throw new UserError(ExitCode.Model,
            $"{name}: not a network on one picture: inputs {string.Join(", ", probe.Inputs)}; outputs {string.Join(", ", probe.Outputs)}{what}",
            ForeignNetworks.ByInputs(probe.Inputs)?.Advice ?? "export the network with one picture input [n,3,h,w] or [n,h,w,3]");
    }
}
