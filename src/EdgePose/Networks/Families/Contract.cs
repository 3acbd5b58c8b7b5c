using EdgePose.Domain;

namespace EdgePose.Networks.Families;

/// <summary>Name, element type and shape of one network input or output; an unknown dimension is -1 or 0.</summary>
internal sealed record TensorShape(string Name, Type Element, int[] Shape)
{
    public int Rank => Shape.Length;

    public override string ToString() => $"{Name} {Element.Name}[{string.Join(',', Shape)}]";
}

/// <summary>
/// Recognises the family of a network from its inputs and outputs, by type and shape and never by name: exporters rename freely.
/// Shapes must be those of a real run, because exporters leave symbols behind.
/// </summary>
internal static class Contract
{
    /// <summary>The family, first rule that matches; null when none does.</summary>
    public static ModelKind? Detect(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var nhwc = input.Rank == 4 && input.Shape[3] == 3;
        if (input.Element == typeof(int)) { return nhwc && outputs.Any(o => o.Rank == 4 && o.Shape[2] == 17 && o.Shape[3] == 3) ? ModelKind.MoveNetSingle : null; }
        if (nhwc && outputs.Any(o => o.Rank == 3 && o.Shape[1] == 100 && o.Shape[2] == 6)) { return ModelKind.CenterNet; }
        if (nhwc && outputs is [{ Rank: 5 }]) { return ModelKind.HourglassPrinceton; }
        if (nhwc || input.Rank != 4 || input.Shape[1] != 3) { return null; }
        var (h, w) = (input.Shape[2], input.Shape[3]);
        return outputs.Count switch
        {
            2 when IsSimcc(outputs, w, h) => ModelKind.Simcc,
            2 when IsLitePose(outputs[0], outputs[1]) || IsLitePose(outputs[1], outputs[0]) => ModelKind.LitePose,
            2 when outputs.Any(o => o.Rank == 3 && o.Shape[2] == 5) && outputs.Any(o => o.Rank == 2 && o.Element == typeof(long)) => ModelKind.DetEndToEnd,
            2 when outputs.Any(o => o.Rank == 3 && o.Shape[2] == 4) && outputs.Any(o => o.Rank == 3 && o.Shape[1] == 1) => ModelKind.PicoDet,
            6 when outputs.Count(o => o.Rank == 4 && o.Shape[1] == 1) == 3 && outputs.Count(o => o.Rank == 4 && o.Shape[1] == 4) == 3 => ModelKind.RtmdetRaw,
            3 when outputs.All(o => o.Rank == 4 && o.Shape[3] == 5) => ModelKind.RtmdetRaw,
            1 when outputs[0] is { Rank: 4 } o && o.Shape[2] == h / 4 && o.Shape[3] == w / 4 => ModelKind.Heatmap,
            1 when outputs[0] is { Rank: 3 } o && o.Shape[2] >= 6 => ModelKind.YoloxRaw,
            _ => null,
        };
    }

    /// <summary>Throws when the shapes of a run contradict what the descriptor states; the error names both sides.</summary>
    /// <exception cref="UserError">Exit code 4.</exception>
    public static void Verify(ModelDescriptor descriptor, int joints, TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var detected = Detect(input, outputs);
        if (detected is not null && detected != descriptor.Kind)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file has the inputs and outputs of {detected}", input, outputs);
        }
        if (detected is null && descriptor.Outputs.Count == 0)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file's outputs do not look like it", input, outputs);
        }
        var found = Joints(descriptor.Kind, outputs);
        if (joints > 0 && found == 0)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file's outputs have no joints", input, outputs);
        }
        if (joints > 0 && found > 0 && found != joints)
        {
            throw Contradiction(descriptor, $"names skeleton {descriptor.Skeleton} with {joints} joints, but the file gives {found}", input, outputs);
        }
    }

    /// <summary>Joints that the outputs of a run give; 0 for detectors, and for outputs of which none has the rank of the kind.</summary>
    public static int Joints(ModelKind kind, IReadOnlyList<TensorShape> outputs)
    {
        int[] found = kind switch
        {
            ModelKind.Simcc => [.. outputs.Where(o => o.Rank == 3).Select(o => o.Shape[1])],
            ModelKind.Heatmap or ModelKind.HourglassPrinceton => [.. outputs.Where(o => o.Rank is 4 or 5).Select(o => o.Shape[^3])],
            ModelKind.MoveNetSingle => [.. outputs.Where(o => o.Rank == 4).Select(o => o.Shape[2])],
            ModelKind.LitePose => [.. outputs.Where(o => o.Rank == 4).Select(o => o.Shape[1]).Order()],
            _ => [],
        };
        return found.FirstOrDefault();
    }

    private static bool IsSimcc(IReadOnlyList<TensorShape> outputs, int w, int h) =>
        outputs[0].Rank == 3 && outputs[1].Rank == 3 && outputs[0].Shape[1] == outputs[1].Shape[1]
        && ((outputs[0].Shape[2] == 2 * w && outputs[1].Shape[2] == 2 * h) || (outputs[0].Shape[2] == 2 * h && outputs[1].Shape[2] == 2 * w));

    private static bool IsLitePose(TensorShape quarter, TensorShape half) =>
        quarter.Rank == 4 && half.Rank == 4 && half.Shape[2] == 2 * quarter.Shape[2] && half.Shape[3] == 2 * quarter.Shape[3]
        && quarter.Shape[1] > half.Shape[1] && quarter.Shape[1] <= 2 * half.Shape[1];

    private static UserError Contradiction(ModelDescriptor d, string what, TensorShape input, IReadOnlyList<TensorShape> outputs) => new(
        ExitCode.Model, $"model {d.Name}: the descriptor {what} (input {input}; outputs {string.Join(", ", outputs)})",
        "correct the descriptor's kind, skeleton or outputs");
}
