using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Workshop.Models;

/// <summary>
/// Turns a foreign ONNX file into a model with a descriptor, or says why it cannot be one. What the file does not say is tried on a picture
/// with people: which of several families it is, and how pictures become its values.
/// </summary>
internal static class ModelAdoption
{
    /// <summary>Another family than the likeliest has to fit so many times as well, for shapes and values speak for that one.</summary>
    private const float OtherFamily = 2;

    /// <summary>Finds the contract, writes the descriptor's text, reads it back, and runs the model exactly as the daemon would.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>: unknown contract, contradiction, or the run failed.</exception>
    public static AdoptedModel Adopt(AdoptionRequest request)
    {
        CheckNames(request);
        var content = request.Content.ToArray();
        var probed = ModelProbing.Detect(content, request.File, request.Size);
        if (request.Size is { } size && !probed.DynamicSize && size != probed.Size)
        {
            throw new UserError(ExitCode.Model, $"{request.File}: --size says {size.Width}x{size.Height}, but the file takes {probed.Size.Width}x{probed.Size.Height} only",
                "leave --size out, or export the network again");
        }
        var chosen = Choose(request, probed, content);
        var assumed = Assumptions.Of(request, probed, chosen);
        var descriptor = chosen.Descriptor;
        using var session = Open(descriptor, content, chosen.Joints);
        var binding = session.Bind(1, descriptor.Input.Height, descriptor.Input.Width);
        return new AdoptedModel(descriptor.Name, chosen.Family.Kind.Word, descriptor.Skeleton, session.InputShape(binding).ToString(),
            [.. session.OutputShapes(binding).Select(o => o.ToString())], chosen.Text, assumed);
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
        if (request.Kind.Length > 0 && ModelFamilies.Find(request.Kind) is null)
        {
            throw new UserError(ExitCode.Usage, $"'{request.Kind}' is not a family", "use one of " + string.Join(", ", ModelFamilies.Words));
        }
    }

    /// <summary>The first of the families that reads the network, unless another one fits a picture much better.</summary>
    private static Adoption Choose(AdoptionRequest request, ProbedModel probed, byte[] content)
    {
        if (probed.Input.Element != typeof(float) && probed.Input.Element != typeof(int))
        {
            throw new UserError(ExitCode.Model, $"{request.File}: the input {probed.Input.Name} takes {probed.Input.Element.Name}", ElementTypes.Advice(probed.Input.Element));
        }
        var shapes = $"input {probed.Input}; outputs {string.Join(", ", probed.Outputs)}";
        if (probed.Families.Count == 0) { throw Unknown(request, probed, shapes, null); }
        var allowed = probed.Families.Where(f => request.Kind.Length == 0 || f.Kind.Word == request.Kind).ToList();
        if (allowed.Count == 0)
        {
            throw new UserError(ExitCode.Model,
                $"{request.File}: --kind says {request.Kind}, but its inputs and outputs are those of {probed.Families[0].Kind.Word} ({shapes})",
                $"leave --kind out, or give --kind {string.Join(" or ", probed.Families.Select(f => f.Kind.Word))}");
        }
        Adoption? best = null;
        UserError? refused = null;
        foreach (var family in allowed)
        {
            try
            {
                var adoption = Try(request, family, probed, content);
                if (best is null || adoption.Fit > OtherFamily * best.Fit) { best = adoption; }
            }
            catch (UserError e) when (e.Code == ExitCode.Model)
            {
                refused ??= e;
            }
        }
        // A network that is known and not run may have the numbers of a family all the same; then nobody is found on the picture.
        var isStranger = best is { Tried.Count: > 0, Fit: < Assumptions.Nobody } && request.Kind.Length == 0
            && ForeignNetworks.ByOutputs(probed.Input, probed.Outputs) is { } stranger && stranger != ForeignNetworks.Further;
        return best is not null && !isStranger ? best : throw Unknown(request, probed, shapes, refused);
    }

    private static UserError Unknown(AdoptionRequest request, ProbedModel probed, string shapes, UserError? refused) =>
        ForeignNetworks.ByOutputs(probed.Input, probed.Outputs) is { } known
            ? new UserError(ExitCode.Model, $"{request.File}: it looks like {known.Name}, which is not run ({shapes})", known.Advice)
            : refused ?? new UserError(ExitCode.Model, $"{request.File}: its inputs and outputs fit no known family ({shapes})",
                "edgepose models families lists them; a network with other outputs needs another export");

    private static Adoption Try(AdoptionRequest request, IModelFamily family, ProbedModel probed, byte[] content)
    {
        var joints = family.Joints(probed.Input, probed.Outputs);
        var skeleton = JointLayout.Of(request, family.Kind, joints, probed);
        var usual = UsualInput(request, family, probed);
        var adoption = Describe(request, family, probed, skeleton, usual) with { Joints = joints };
        using var session = Open(adoption.Descriptor, content, joints);
        if (request.Picture is not { } picture) { return adoption; }
        var trial = new ModelTrial(session, picture);
        var tried = InputTrials.Of(usual, request.Normalization is null, request.Colour is null)
            .Select(input => new TriedInput(input, trial.Judge(input))).ToList();
        var best = InputTrials.Best(tried);
        return (ReferenceEquals(best, tried[0]) ? adoption : Describe(request, family, probed, skeleton, best.Input) with { Joints = joints })
            with
        { Fit = best.Fit, Tried = tried };
    }

    private static Adoption Describe(AdoptionRequest request, IModelFamily family, ProbedModel probed, string skeleton, ModelInput input)
    {
        var text = DescriptorText.Write(request, family, skeleton, input, family.OutputsToName(probed.Input, probed.Outputs));
        var problems = new ProblemList();
        var descriptor = DescriptorReader.Read(System.Text.Encoding.UTF8.GetBytes(text), $"{request.Name}.yaml", problems)
            ?? throw new UserError(ExitCode.Model, $"{request.File}: no valid descriptor can be made of it: {problems.ToSorted([])[0]}");
        return new Adoption(family, descriptor, text);
    }

    private static OrtSession Open(ModelDescriptor descriptor, byte[] content, int joints) =>
        NetworkFactory.Open(descriptor, content, joints, new InferenceSettings { Providers = ["cpu"] });

    /// <summary>What the family usually takes, with what the file and the user say.</summary>
    private static ModelInput UsualInput(AdoptionRequest request, IModelFamily family, ProbedModel probed)
    {
        var (width, height) = probed.DynamicSize ? request.Size ?? (family.Input.Width, family.Input.Height) : probed.Size;
        var input = family.Input with { Width = width, Height = height, Layout = probed.Input.IsNhwcPicture ? TensorLayout.Nhwc : TensorLayout.Nchw };
        var colour = request.Colour ?? input.Colour;
        var normalization = request.Normalization ?? (colour == input.Colour ? null : Normalization.Of(input));
        return normalization?.Apply(input, colour) ?? input with { Colour = colour };
    }
}
