using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Inspection;
using EdgePose.ModelTools.LitePose;
using EdgePose.ModelTools.Tfjs;
using EdgePose.Networks.Models;
using EdgePose.Settings;
using EdgePose.Workshop.Models;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>Foreign model files to ONNX with a descriptor.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> Source = new("file") { Description = "tfjs: the graph model's .json; litepose: the checkpoint (.pth, .pth.tar); onnx: the .onnx" };
    private static readonly Option<string> As = new("--as") { Description = "What the file is: tfjs, litepose or onnx", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "tfjs, litepose: the ONNX file to write. onnx: the folder (default: the user's model folder)" };
    private static readonly Option<string[]> Outputs = new("--outputs") { Description = "tfjs: keep only these outputs", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> PersonOnly = new("--person-only") { Description = "tfjs, centernet: detect persons alone, exact and cheaper" };
    private static readonly Option<string> Arch = new("--arch") { Description = "litepose: xs, s, m, l or a search-*.json that the checkpoint must agree with" };
    private static readonly Option<int?> Joints = new("--joints") { Description = "litepose: joints that the checkpoint must have, 14 or 17" };
    private static readonly Option<string> Name = new("--name") { Description = "onnx: name of the model (default: from the file's name)" };
    private static readonly Option<string> Skeleton = new("--skeleton") { Description = "onnx: joint layout (default: the one with as many joints)" };
    private static readonly Option<string> Kind = new("--kind") { Description = "onnx: the family that it must be (default: found out)" };
    private static readonly Option<string> Values = new("--normalization") { Description = $"onnx: how a picture becomes values: {string.Join(", ", Normalization.Words)} (default: tried)" };
    private static readonly Option<string> Color = new("--color") { Description = "onnx: order of the channels, rgb or bgr (default: tried)" };
    private static readonly Option<string> Size = new("--size") { Description = "onnx: size such as 640x640 for a network that leaves it open" };
    private static readonly Option<string> Picture = new("--picture") { Description = "onnx: a picture with people to try the network on (default: a frame of the demo clip, where it is)" };
    private static readonly Option<string> Licence = new("--licence") { Description = "Licence of the weights, for the descriptor" };
    private static readonly Option<string> From = new("--source") { Description = "Where the file comes from, for the descriptor" };

    public static Verb Create()
    {
        As.AcceptOnlyFromAmong("tfjs", "litepose", "onnx");
        Values.AcceptOnlyFromAmong([.. Normalization.Words]);
        Color.AcceptOnlyFromAmong("rgb", "bgr");
        return Verb.Create(
            "import", "Converts or adopts a foreign model file, without Python. It is run once before anything is written.",
            ["edgepose models import litepose-m.pth --as litepose --out ~/models/litepose-m.onnx",
             "edgepose models import yolox.onnx --as onnx --normalization raw --color bgr --picture street.jpg"],
            [Source, As, Out, Outputs, PersonOnly, Arch, Joints, LitePoseOutput.FoldInput, LitePoseOutput.FoldPeaks, Name, Skeleton, Kind, Values, Color, Size, Picture, Licence, From,
             LitePoseOutput.Force],
            RunAsync);
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        try
        {
            return parsed.GetRequiredValue(As) switch { "litepose" => LitePose(parsed), "onnx" => await OnnxAsync(parsed, stop), _ => Tfjs(parsed, stop) };
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
        }
    }

    private static ExitCode LitePose(ParseResult parsed)
    {
        Refuse(parsed, "litepose", Outputs, PersonOnly, Name, Skeleton, Kind, Values, Color, Size, Picture);
        var (source, target) = (parsed.GetRequiredValue(Source), OutFile(parsed));
        var model = LitePoseImporter.Convert(source, LitePoseOutput.Options(parsed) with { Architecture = parsed.GetValue(Arch), Joints = parsed.GetValue(Joints) });
        return LitePoseOutput.Write(parsed, model, target, new LitePoseProvenance(
            parsed.GetValue(Licence) ?? "MIT (mit-han-lab/litepose), if these are the authors' weights",
            $"{parsed.GetValue(From) ?? Path.GetFileName(source)}, SHA-256 {model.SourceSha256}, converted by EdgePose.ModelTools", ""));
    }

    private static async Task<ExitCode> OnnxAsync(ParseResult parsed, CancellationToken stop)
    {
        Refuse(parsed, "onnx", Outputs, PersonOnly, Arch, Joints, LitePoseOutput.FoldInput, LitePoseOutput.FoldPeaks);
        var source = parsed.GetRequiredValue(Source);
        var name = parsed.GetValue(Name) ?? ModelAdoption.NameOf(source);
        var file = ModelInspector.Open(source);
        file.RequireFiniteWeights();
        var adopted = ModelAdoption.Adopt(new AdoptionRequest(name, name + ".onnx", file.Sha256, file.Content)
        {
            Kind = parsed.GetValue(Kind) ?? "",
            Skeleton = parsed.GetValue(Skeleton) ?? "",
            Normalization = Normalization.All.FirstOrDefault(n => n.Word == parsed.GetValue(Values)),
            Colour = parsed.GetValue(Color) is { } color ? (color == "rgb" ? ColourOrder.Rgb : ColourOrder.Bgr) : null,
            Size = parsed.GetValue(Size) is { } size ? ParseSize(size) : null,
            Picture = await TrialPicture.LoadAsync(parsed.GetValue(Picture) ?? "", stop),
            Licence = parsed.GetValue(Licence) ?? "",
            Source = parsed.GetValue(From) ?? Path.GetFileName(source),
        });
        var folder = ModelFolders.ForNew(parsed.GetValue(Out) is { } given ? [given] : []);
        var (model, descriptor) = (Path.Combine(folder, name + ".onnx"), Path.Combine(folder, name + ".yaml"));
        ModelFiles.Write(model, file.Content, descriptor, adopted.Descriptor, parsed.GetValue(LitePoseOutput.Force));
        LitePoseOutput.Report(parsed, new ImportedModel(adopted.Name, adopted.Kind, model, descriptor, file.Sha256, file.Content.Length, adopted.Skeleton,
            adopted.Input, adopted.Outputs, null, null)
        { Assumed = adopted.Assumed });
        return ExitCode.Ok;
    }

    private static ExitCode Tfjs(ParseResult parsed, CancellationToken stop)
    {
        Refuse(parsed, "tfjs", Arch, Joints, LitePoseOutput.FoldInput, LitePoseOutput.FoldPeaks, Name, Skeleton, Kind, Values, Color, Size, Picture);
        var options = new TfjsImportOptions
        {
            Outputs = parsed.GetValue(Outputs) is { Length: > 0 } outputs ? outputs : null,
            PersonOnly = parsed.GetValue(PersonOnly),
            Progress = parsed.GetValue(Verb.Quiet) ? null : new Lines(),
        };
        var result = TfjsImporter.Convert(parsed.GetRequiredValue(Source), OutFile(parsed), options, stop);
        if (parsed.GetValue(Verb.Json)) { Output.Json(result, WorkshopJson.Default.TfjsImportResult); }
        else
        {
            Console.WriteLine($"{result.Path}: {result.Bytes / 1e6:0.0} MB, {result.Nodes} nodes, {result.Parameters:N0} parameters, sha256 {result.Sha256}{(result.Written ? "" : " (unchanged)")}");
        }
        return ExitCode.Ok;
    }

    private static (int Width, int Height) ParseSize(string text) =>
        text.Split('x') is [var w, var h] && Scalars.TryInteger(w, out var width) && Scalars.TryInteger(h, out var height)
        && width is >= 16 and <= 4096 && height is >= 16 and <= 4096 ? (width, height)
        : throw new UserError(ExitCode.Usage, $"--size {text}: expected width x height such as 640x640, 16 to 4096 pixels each");

    private static string OutFile(ParseResult parsed) =>
        parsed.GetValue(Out) ?? throw new UserError(ExitCode.Usage, "--out is missing: the ONNX file to write");

    private static void Refuse(ParseResult parsed, string form, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false }) { throw new UserError(ExitCode.Usage, $"{option.Name} has no meaning with --as {form}"); }
        }
    }

    /// <summary>One line a step: a conversion takes seconds, and a bar would hide which step failed.</summary>
    private sealed class Lines : IProgress<TfjsImportProgress>
    {
        private string _step = "";

        public void Report(TfjsImportProgress value)
        {
            if (value.Step == _step) { return; }
            _step = value.Step;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Fraction * 100,3:0} %  {value.Step}"));
        }
    }
}
