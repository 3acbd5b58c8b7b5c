using System.Text;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.Networks.Models;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Workshop.Models;

namespace EdgePose.Workshop.Quantization;

/// <summary>Registers a quantized model: the ONNX file and the descriptor with its card, both or none.</summary>
internal static class QuantizedFiles
{
    /// <summary>Says early what would stop the writing after minutes of work.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Usage"/>.</exception>
    public static void CheckTarget(QuantizeRequest request)
    {
        var (file, name) = (Path.GetFileName(request.Out), ModelAdoption.NameOf(request.Out));
        if (!ModelFile.IsPlainName(file)) { throw new UserError(ExitCode.Usage, $"--out {request.Out}: not a name for a model file", "use letters, digits and . _ -, ending in .onnx"); }
        if (name == request.Model || Path.GetFullPath(request.Out) == Path.GetFullPath(request.Model))
        {
            throw new UserError(ExitCode.Usage, $"--out {request.Out}: the quantized model needs a name of its own", $"--out {name}-int8.onnx");
        }
        var descriptor = Descriptor(request.Out);
        foreach (var path in (string[])[request.Out, descriptor])
        {
            if (File.Exists(path) && !request.Force) { throw new UserError(ExitCode.Usage, $"{path} exists", "choose another name, or --force to replace it"); }
        }
    }

    /// <summary>Writes both files of an accepted model, each under its name only when it is complete.</summary>
    /// <exception cref="UserError">The descriptor cannot be read back: a defect.</exception>
    /// <exception cref="ModelToolsException">The disk refuses.</exception>
    public static void Write(QuantizeRequest request, QuantizeResult result)
    {
        var problems = new ProblemList();
        if (DescriptorReader.Read(Encoding.UTF8.GetBytes(result.Card), Descriptor(request.Out), problems) is null)
        {
            throw new UserError(ExitCode.Failed, $"the card of {result.Report.Name} cannot be read back: {problems.ToSorted([])[0]}", "report this as a defect");
        }
        ModelFiles.Write(Path.GetFullPath(request.Out), result.Model, Descriptor(request.Out), result.Card, request.Force);
    }

    private static string Descriptor(string file) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, ModelAdoption.NameOf(file) + ".yaml");
}
