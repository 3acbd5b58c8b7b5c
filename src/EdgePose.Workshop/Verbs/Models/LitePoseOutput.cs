using System.CommandLine;
using System.Security.Cryptography;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.LitePose;
using EdgePose.Workshop.Models;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>What the descriptor says about the origin of a LitePose model.</summary>
internal sealed record LitePoseProvenance(string Licence, string Source, string Note);

/// <summary>Tries a LitePose graph, then writes it: shared by import and generate.</summary>
internal static class LitePoseOutput
{
    public static readonly Option<bool> FoldInput = new("--fold-input") { Description = "litepose: the graph takes uint8 RGB pictures [n,h,w,3] and normalises them itself (for other runtimes)" };
    public static readonly Option<bool> FoldPeaks = new("--fold-peaks") { Description = "litepose: the graph returns the 30 best peaks of each joint with their tags (for other runtimes)" };
    public static readonly Option<bool> Force = new("--force") { Description = "Replace other files of the same name" };

    public static LitePoseImportOptions Options(ParseResult parsed) =>
        new() { FoldInput = parsed.GetValue(FoldInput), FoldPeaks = parsed.GetValue(FoldPeaks) };

    /// <exception cref="UserError">The graph does not run, or the files cannot be written.</exception>
    /// <exception cref="ModelToolsException">Other files are in the way.</exception>
    public static ExitCode Write(ParseResult parsed, LitePoseModel model, string path, LitePoseProvenance origin)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(model.Onnx.Span));
        var (name, file, side) = (ModelAdoption.NameOf(path), Path.GetFileName(path), model.Architecture.ImageSize);
        var (architecture, parameters) = ($"litepose-{model.Architecture.Name}", model.SourceParameters);
        if (parsed.GetValue(FoldInput) || parsed.GetValue(FoldPeaks))
        {
            var (input, outputs) = ModelProbing.Try(model.Onnx, file, side);
            ModelFiles.Write(path, model.Onnx, parsed.GetValue(Force));
            if (!parsed.GetValue(Verb.Quiet))
            {
                Console.Error.WriteLine("no descriptor was written: EdgePose's own engine takes the plain graph; this one is for other runtimes");
            }
            Report(parsed, new ImportedModel(name, "litepose", path, null, sha256, model.Onnx.Length, Skeleton(model), input, outputs, architecture, parameters));
            return ExitCode.Ok;
        }
        var adopted = ModelAdoption.Adopt(new AdoptionRequest(name, file, sha256, model.Onnx)
        {
            Kind = "litepose", Skeleton = Skeleton(model), Size = (side, side), Licence = origin.Licence, Source = origin.Source, Note = origin.Note,
        });
        var descriptor = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name + ".yaml");
        ModelFiles.Write(path, model.Onnx, descriptor, adopted.Descriptor, parsed.GetValue(Force));
        Report(parsed, new ImportedModel(name, adopted.Kind, path, descriptor, sha256, model.Onnx.Length, adopted.Skeleton, adopted.Input, adopted.Outputs,
            architecture, parameters));
        return ExitCode.Ok;
    }

    public static void Report(ParseResult parsed, ImportedModel model)
    {
        if (parsed.GetValue(Verb.Json))
        {
            Output.Json(model, WorkshopJson.Default.ImportedModel);
            return;
        }
        Console.WriteLine($"{model.Path}: {model.Bytes / 1e6:0.0} MB, {model.Architecture ?? model.Kind}, {model.Input} -> {string.Join(", ", model.Outputs)}");
        Console.WriteLine($"sha256 {model.Sha256}");
        foreach (var line in model.Assumed) { Console.WriteLine($"assumed {line}"); }
        if (model.Descriptor is { } descriptor)
        {
            Console.WriteLine($"{descriptor}: model {model.Name}{(model.Skeleton.Length > 0 ? $", skeleton {model.Skeleton}" : "")}; add its folder to models.folders");
        }
    }

    private static string Skeleton(LitePoseModel model) => model.Architecture.Joints switch
    {
        14 => "crowdpose14",
        17 => "coco17",
        var joints => throw new UserError(ExitCode.Model, $"no skeleton with {joints} joints is known", "LitePose has 14 (CrowdPose) or 17 (COCO) joints"),
    };
}
