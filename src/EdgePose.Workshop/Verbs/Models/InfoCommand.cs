using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Inspection;
using EdgePose.Workshop.Models;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>What one model is: interface, cost, operators, licence.</summary>
internal static class InfoCommand
{
    private static readonly Argument<string> Subject = new("model") { Description = "Model name, as models list shows it, or the path of an ONNX file" };

    public static Verb Create(Option<string[]> folders) => Verb.Create(
        "info", "One model: inputs, outputs, parameters, multiplications, operators, licence, and the provider that runs it.",
        ["edgepose models info movenet-lightning", "edgepose models info ./somebodys-model.onnx --json"], [Subject, folders],
        (parsed, _) => Task.FromResult(Run(parsed, folders)));

    private static ExitCode Run(ParseResult parsed, Option<string[]> folders)
    {
        var subject = parsed.GetRequiredValue(Subject);
        var isFile = subject.Contains('/', StringComparison.Ordinal) || subject.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
        try
        {
            var facts = isFile ? OfFile(subject) : OfModel(parsed.GetValue(folders) ?? [], subject);
            if (parsed.GetValue(Verb.Json)) { Output.Json(facts, WorkshopJson.Default.ModelFacts); }
            else { Write(facts); }
            return ExitCode.Ok;
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
        }
    }

    private static ModelFacts OfModel(IReadOnlyList<string> folders, string name)
    {
        var info = ModelReports.Info(folders, name);
        var file = ModelInspector.Open(info.Model.File);
        var (_, macs, problem) = Cost(file, name, Size(info.Model.Input));
        return new ModelFacts(info.Model, info.Provider, info.Fallbacks, info.Detected, file.Sha256, file.Content.Length, info.Input, info.Outputs, macs, problem,
            file.Facts());
    }

    private static ModelFacts OfFile(string path)
    {
        var file = ModelInspector.Open(path);
        var facts = file.Facts();
        var found = ModelProbing.Describe(file.Content, path);
        var (input, macs, problem) = Cost(file, path, facts.DesignSize is { } design ? Size(design) : found.Size);
        return new ModelFacts(null, null, null, found.Kind, file.Sha256, file.Content.Length, input ?? found.Input, found.Outputs, macs, problem, facts);
    }

    private static (string? Input, long? Macs, string? Problem) Cost(ModelInspector file, string name, (int Width, int Height) size)
    {
        try
        {
            var (shapes, input) = ModelProbing.Vectors(file.ShapeProbe().ToArray(), name, size);
            return (input, file.Macs(shapes), null);
        }
        catch (UserError e)
        {
            return (null, null, e.Message);
        }
    }

    private static (int Width, int Height) Size(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var w) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var h)
            ? (w, h) : (448, 448);
    }

    private static void Write(ModelFacts f)
    {
        var g = f.Graph;
        var parameters = string.Create(CultureInfo.InvariantCulture, $"{g.Parameters:N0}")
            + (g.SourceParameters is { } source ? string.Create(CultureInfo.InvariantCulture, $" ({source:N0} before batch norms were folded)") : "");
        (string, string)[] rows =
        [
            ("name", f.Model?.Name ?? ""), ("task", f.Model?.Task ?? ""), ("kind", f.Model?.Kind + (f.Detected is { } kind ? $" (detected {kind})" : " (not detected)")),
            ("file", f.Model?.File ?? ""), ("bytes", $"{f.Bytes}"), ("sha256", f.Sha256), ("input", f.Input), ("outputs", string.Join(", ", f.Outputs)),
            ("skeleton", f.Model?.Skeleton ?? ""), ("format", $"IR {g.IrVersion}, {string.Join(", ", g.Opsets)}, by {g.Producer}"), ("parameters", parameters),
            ("macs", f.Macs is { } macs ? string.Create(CultureInfo.InvariantCulture, $"{macs / 1e9:0.000} G ({macs:N0})") : $"unknown: {f.MacsProblem}"),
            ("operators", $"{g.Nodes}: " + string.Join(", ", g.Operators.Select(o => $"{o.Count} {o.Operator}"))),
            ("provider", f.Provider + string.Concat(f.Fallbacks?.Select(x => $"; not {x}") ?? [])),
            ("quantized", f.Model?.Quantization ?? ""), ("licence", f.Model?.Licence ?? ""), ("note", f.Model?.Note ?? ""), ("source", f.Model?.Source ?? ""),
        ];
        foreach (var (name, value) in rows.Where(r => r.Item2.Length > 0)) { Console.WriteLine($"{name,-10} {value}"); }
    }
}
