using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.ModelTools.LitePose;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>LitePose networks with random weights, for choosing a size before training and for measuring boards.</summary>
internal static class GenerateCommand
{
    private static readonly Option<string> Arch = new("--arch") { Description = "xs, s, m, l or a search-*.json", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "The ONNX file to write", Required = true };
    private static readonly Option<int> Joints = new("--joints") { Description = "14 (CrowdPose) or 17 (COCO)", DefaultValueFactory = _ => 14 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the weights", DefaultValueFactory = _ => 1 };

    public static Verb Create() => Verb.Create(
        "generate", "Writes a LitePose network with random weights: exact speed and size, meaningless key-points.",
        ["edgepose models generate --arch s --out litepose-s-random.onnx", "edgepose models generate --arch xs --joints 17 --out xs.onnx --json"],
        [Arch, Out, Joints, Seed, LitePoseOutput.FoldInput, LitePoseOutput.FoldPeaks, LitePoseOutput.Force],
        (parsed, _) => Task.FromResult(Run(parsed)));

    private static ExitCode Run(ParseResult parsed)
    {
        var joints = parsed.GetValue(Joints);
        if (joints is not (14 or 17)) { throw new UserError(ExitCode.Usage, $"--joints {joints}: 14 or 17 is possible"); }
        try
        {
            var architecture = LitePoseImporter.Architecture(parsed.GetRequiredValue(Arch)) with { Joints = joints };
            var model = LitePoseImporter.Random(architecture, parsed.GetValue(Seed), LitePoseOutput.Options(parsed));
            return LitePoseOutput.Write(parsed, model, parsed.GetRequiredValue(Out), new LitePoseProvenance(
                "none needed (seeded noise in a public architecture, mit-han-lab/litepose, MIT)",
                $"edgepose models generate --arch {architecture.Name} --joints {joints} --seed {parsed.GetValue(Seed)}", "random weights; the key-points mean nothing"));
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
        }
    }
}
