using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;

namespace EdgePose.Workshop.Verbs.Eval;

/// <summary>The options that choose networks and how they run.</summary>
internal static class ModelOptions
{
    private static readonly Option<string> Model = new("--model") { Description = "Pose model" };
    private static readonly Option<string> Detector = new("--detector") { Description = "Person detector, for top-down models" };
    private static readonly Option<string> Boxes = new("--boxes") { Description = "gt: crop at the annotated boxes instead of using a detector" };
    private static readonly Option<string> Profile = new("--profile") { Description = "fast or accurate (default: accurate on pictures, fast on clips)" };
    private static readonly Option<bool> Flip = new("--flip") { Description = "Average with the mirrored picture (bottom-up models)" };
    private static readonly Option<string> Refine = new("--refine") { Description = "on or off: fill missing joints (default: on in the accurate profile)" };
    private static readonly Option<int> ShortSide = new("--short-side") { Description = "Short side of the input of bottom-up models, in pixels; 0 = the model's own" };
    private static readonly Option<string> Ep = new("--ep") { Description = "Execution provider that must be used", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string[]> Models = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads per network; 0 = one per core" };

    public static IEnumerable<Option> All => [Model, .. Others];

    /// <summary>All but the model, for a verb that takes more than one.</summary>
    public static IEnumerable<Option> Others
    {
        get
        {
            Boxes.AcceptOnlyFromAmong("gt");
            Profile.AcceptOnlyFromAmong("fast", "accurate");
            Refine.AcceptOnlyFromAmong("on", "off");
            Ep.AcceptOnlyFromAmong("auto", "cpu", "cuda", "tensorrt", "qnn");
            return [Detector, Boxes, Profile, Flip, Refine, ShortSide, Ep, Models, Threads];
        }
    }

    public static string Name(ParseResult parsed) => parsed.GetValue(Model) ?? "";

    public static IReadOnlyList<string> Folders(ParseResult parsed) => parsed.GetValue(Models) ?? [];

    public static bool TruthBoxes(ParseResult parsed) => parsed.GetValue(Boxes) == "gt";

    /// <summary>What the options say in the keys of a stream's configuration.</summary>
    /// <exception cref="UserError">An option that a stream does not have.</exception>
    public static IReadOnlyList<(string Key, string Value)> StreamKeys(ParseResult parsed)
    {
        if (TruthBoxes(parsed)) { throw new UserError(ExitCode.Usage, "--boxes gt is for pictures: the daemon finds its boxes", "leave it out with --tracking"); }
        if (parsed.GetValue(Refine) == "off") { throw new UserError(ExitCode.Usage, "--refine off is for pictures: the daemon always fills missing joints", "leave it out with --tracking"); }
        var keys = new List<(string, string)>();
        if (parsed.GetValue(Model) is { } model) { keys.Add(("pose.model", model)); }
        if (parsed.GetValue(Detector) is { } detector) { keys.Add(("pose.detector", detector)); }
        if (parsed.GetValue(Profile) is { } profile) { keys.Add(("pose.profile", profile)); }
        if (parsed.GetValue(Flip)) { keys.Add(("pose.flip", "true")); }
        if (parsed.GetValue(ShortSide) is > 0 and var side) { keys.Add(("pose.short_side", side.ToString(CultureInfo.InvariantCulture))); }
        return keys;
    }

    /// <summary>What the options say in the keys that all streams share.</summary>
    public static IEnumerable<string> SharedKeys(ParseResult parsed)
    {
        if (parsed.GetValue(Threads) is > 0 and var threads) { yield return string.Create(CultureInfo.InvariantCulture, $"inference.threads={threads}"); }
        if (parsed.GetValue(Ep) is { } ep and not "auto")
        {
            yield return $"inference.providers=[{ep}]";
            yield return $"inference.require_provider={ep}";
        }
    }

    /// <exception cref="UserError">No model, or a number that makes no sense.</exception>
    public static EvalModelOptions Read(ParseResult parsed, EvalProfile profile) =>
        Read(parsed, profile, parsed.GetValue(Model) ?? throw new UserError(ExitCode.Usage, "--model is needed", "edgepose models list shows all"));

    /// <exception cref="UserError">A number that makes no sense.</exception>
    public static EvalModelOptions Read(ParseResult parsed, EvalProfile profile, string model)
    {
        var (side, threads) = (parsed.GetValue(ShortSide), parsed.GetValue(Threads));
        if (side is < 0 or > 4096) { throw new UserError(ExitCode.Usage, $"--short-side {side}: 0 to 4096 is possible"); }
        if (threads is < 0 or > 1024) { throw new UserError(ExitCode.Usage, $"--threads {threads}: 0 to 1024 is possible"); }
        return new EvalModelOptions
        {
            Model = model, Detector = parsed.GetValue(Detector) ?? "", Folders = parsed.GetValue(Models) ?? [], Flip = parsed.GetValue(Flip),
            Profile = parsed.GetValue(Profile) switch { "fast" => EvalProfile.Fast, "accurate" => EvalProfile.Accurate, _ => profile },
            Refine = parsed.GetValue(Refine) switch { "on" => true, "off" => false, _ => null },
            ShortSide = side, Threads = threads, Provider = parsed.GetValue(Ep)!,
        };
    }
}
