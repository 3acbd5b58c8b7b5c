using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Workshop.Models;

/// <summary>A model that a user wants to add. Empty texts and nulls are found out or take the family's default.</summary>
/// <param name="Name">Name of the descriptor.</param>
/// <param name="File">Plain name of the ONNX file to be.</param>
/// <param name="Sha256">Of <paramref name="Content"/>.</param>
/// <param name="Kind">Word of the family, such as simcc.</param>
/// <param name="Size">Width and height of the input where the file leaves them open.</param>
internal sealed record AdoptionRequest(string Name, string File, string Sha256, ReadOnlyMemory<byte> Content)
{
    public string Kind { get; init; } = "";
    public string Skeleton { get; init; } = "";
    public (int Width, int Height)? Size { get; init; }
    public string Licence { get; init; } = "";
    public string Source { get; init; } = "";
    public string Note { get; init; } = "";
}

/// <summary>A model that was accepted: its descriptor, and what the run showed. Nothing has been written.</summary>
internal sealed record AdoptedModel(string Name, string Kind, string Skeleton, string Input, IReadOnlyList<string> Outputs, string Descriptor);

/// <summary>Turns a foreign ONNX file into a model with a descriptor, or says why it cannot be one.</summary>
internal static class ModelAdoption
{
    /// <summary>Detects the contract, writes the descriptor's text, reads it back, and runs the model once exactly as the daemon would.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>: unknown contract, contradiction, or the run failed.</exception>
    public static AdoptedModel Adopt(AdoptionRequest request)
    {
        CheckNames(request);
        var content = request.Content.ToArray();
        var probed = ModelProbing.Detect(content, request.File);
        var family = Family(request, probed);
        var joints = family.Joints(probed.Outputs);
        var text = DescriptorText.Write(
            request, family.Kind, Skeleton(request, family.Kind, joints, probed), InputSize(request, family, probed), family.OutputsToName(probed.Outputs));
        var problems = new ProblemList();
        var descriptor = DescriptorReader.Read(System.Text.Encoding.UTF8.GetBytes(text), $"{request.Name}.yaml", problems)
            ?? throw new UserError(ExitCode.Model, $"{request.File}: no valid descriptor can be made of it: {problems.ToSorted([])[0]}");
        using var session = NetworkFactory.Open(descriptor, content, joints, new InferenceSettings { Providers = ["cpu"] });
        var binding = session.Bind(1, descriptor.Input.Height, descriptor.Input.Width);
        return new AdoptedModel(descriptor.Name, family.Kind.Word, descriptor.Skeleton, session.InputShape(binding).ToString(),
            [.. session.OutputShapes(binding).Select(o => o.ToString())], text);
    }

    /// <summary>A valid model name made of a file's name: lower case, digits, - and _.</summary>
    public static string NameOf(string file)
    {
        var stem = Path.GetFileNameWithoutExtension(file).ToLowerInvariant();
        var name = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '-')).Trim('-', '_');
        return name.Length > 63 ? name[..63] : name.Length > 0 ? name : "model";
    }

    private static void CheckNames(AdoptionRequest request)
    {
        if (!Scalars.IsId(request.Name))
        {
            throw new UserError(ExitCode.Usage, $"'{request.Name}' is not a model name", "use 1-63 of a-z 0-9 _ -, beginning with a letter or digit");
        }
        if (!ModelFile.IsPlainName(request.File))
        {
            throw new UserError(ExitCode.Usage, $"'{request.File}' is not a name for a model file", "use letters, digits and . _ -, ending in .onnx");
        }
    }

    private static IModelFamily Family(AdoptionRequest request, ProbedModel probed)
    {
        var shapes = $"input {probed.Input}; outputs {string.Join(", ", probed.Outputs)}";
        if (request.Kind.Length == 0)
        {
            return probed.Family ?? throw new UserError(ExitCode.Model, $"{request.File}: its inputs and outputs fit no known family ({shapes})",
                "models/README.md lists the families; a network with other outputs needs another export");
        }
        var asked = ModelFamilies.Find(request.Kind)
            ?? throw new UserError(ExitCode.Usage, $"'{request.Kind}' is not a family", "use one of " + string.Join(", ", ModelFamilies.Words));
        return probed.Family == asked ? asked : throw new UserError(ExitCode.Model,
            $"{request.File}: --kind says {request.Kind}, but its inputs and outputs are those of {(probed.Family is { } found ? found.Kind.Word : "no known family")} ({shapes})",
            probed.Family is { } other ? $"leave --kind out, or give --kind {other.Kind.Word}" : "export the network again");
    }

    private static string Skeleton(AdoptionRequest request, ModelKind kind, int joints, ProbedModel probed)
    {
        if (joints == 0)
        {
            return request.Skeleton.Length == 0 ? ""
                : throw new UserError(ExitCode.Model, $"{request.File}: it is a detector ({kind.Word}) and has no skeleton", "leave --skeleton out");
        }
        var known = string.Join(", ", Skeletons.All.Select(s => $"{s.Name} ({s.Count})"));
        var skeleton = request.Skeleton.Length > 0 ? Skeletons.Get(request.Skeleton) : Skeletons.All.FirstOrDefault(s => s.Count == joints);
        return skeleton?.Count == joints ? skeleton.Name : throw new UserError(ExitCode.Model,
            $"{request.File}: it gives {joints} joints ({string.Join(", ", probed.Outputs)})"
            + (skeleton is null ? ", which no known skeleton has" : $", but skeleton {skeleton.Name} has {skeleton.Count}"), $"the skeletons are {known}");
    }

    private static (int Width, int Height) InputSize(AdoptionRequest request, IModelFamily family, ProbedModel probed)
    {
        var input = family.Input;
        var nhwc = input.Layout == TensorLayout.Nhwc;
        return probed.DynamicSize ? request.Size ?? (input.Width, input.Height) : (probed.Input.Shape[nhwc ? 2 : 3], probed.Input.Shape[nhwc ? 1 : 2]);
    }
}
