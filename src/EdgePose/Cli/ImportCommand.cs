using System.CommandLine;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Tfjs;

namespace EdgePose.Cli;

/// <summary>Foreign model files to ONNX.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> Source = new("file") { Description = "The TFJS graph model's .json; its weight files lie beside it" };
    private static readonly Option<string> As = new("--as") { Description = "What the file is", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "The ONNX file to write; its SHA-256 goes to FILE.sha256", Required = true };
    private static readonly Option<string[]> Outputs = new("--outputs") { Description = "Keep only these outputs", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> PersonOnly = new("--person-only") { Description = "centernet: detect persons alone, exact and cheaper" };

    public static Verb Create()
    {
        As.AcceptOnlyFromAmong("tfjs");
        return Verb.Create(
            "import", "Converts a foreign model file to ONNX, without Python.",
            ["edgepose models import movenet-lightning.json --as tfjs --out movenet-lightning.onnx",
             "edgepose models import centernet.json --as tfjs --outputs tower_0/detections --out centernet-person.onnx"],
            [Source, As, Out, Outputs, PersonOnly],
            (parsed, stop) => Task.FromResult(Run(parsed, stop)));
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken stop)
    {
        var options = new TfjsImportOptions
        {
            Outputs = parsed.GetValue(Outputs) is { Length: > 0 } outputs ? outputs : null,
            PersonOnly = parsed.GetValue(PersonOnly),
            Progress = parsed.GetValue(Verb.Quiet) ? null : new Lines(),
        };
        try
        {
            var result = TfjsImporter.Convert(parsed.GetRequiredValue(Source), parsed.GetRequiredValue(Out), options, stop);
            if (parsed.GetValue(Verb.Json)) { Output.Json(result, CliJson.Default.TfjsImportResult); }
            else
            {
                Console.WriteLine($"{result.Path}: {result.Bytes / 1e6:0.0} MB, {result.Nodes} nodes, {result.Parameters:N0} parameters, sha256 {result.Sha256}{(result.Written ? "" : " (unchanged)")}");
            }
            return ExitCode.Ok;
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
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
