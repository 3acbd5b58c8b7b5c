using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Workshop.Quantization;

namespace EdgePose.Workshop.Verbs.Quantize;

/// <summary>The options of <c>edgepose quantize</c>.</summary>
internal static class QuantizeOptions
{
    private static readonly QuantizeRequest Defaults = new() { Model = "", Calibrate = [], Settings = new QuantizationSettings(), Out = "" };

    private static readonly Argument<string> Model = new("model") { Description = "Name of a float model, or an ONNX file with its descriptor beside it" };
    private static readonly Option<string[]> Calibrate = new("--calibrate") { Description = "Folder of pictures or clip that gives the ranges; may be given more than once", Required = true };
    private static readonly Option<string> Target = new("--target") { Description = "Where it is to run: cpu, tensorrt or qnn", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "The ONNX file to write; descriptor and model card go beside it", Required = true };
    private static readonly Option<string> Method = new("--method") { Description = "How ranges are found: minmax, moving-average, entropy, percentile or mse (default: the target's)" };
    private static readonly Option<int> Count = new("--count") { Description = "Calibration pictures at most", DefaultValueFactory = _ => Defaults.Count };
    private static readonly Option<string> Eval = new("--eval") { Description = "COCO key-point annotations to measure AP with (without: agreement with the float model)" };
    private static readonly Option<string[]> Images = new("--images") { Description = "Folder of the pictures of --eval; without --eval: pictures or clips to compare on (default: every fifth calibration picture)" };
    private static readonly Option<int> Subset = new("--subset") { Description = "Only the first N evaluation pictures" };
    private static readonly Option<string> Detector = new("--detector") { Description = "Person detector for the crops of top-down models", DefaultValueFactory = _ => Defaults.Detector };
    private static readonly Option<string> Boxes = new("--boxes") { Description = "gt: evaluate top-down models on the annotated boxes" };
    private static readonly Option<float> MaxApLoss = new("--max-ap-loss") { Description = "Points of AP that may be lost", DefaultValueFactory = _ => QuantizationLimits.Default.MaxApLoss };
    private static readonly Option<float> MinAgreement = new("--min-agreement") { Description = "Agreement with the float model that is needed without --eval: 1 less what the model differs more than one grey level of noise or one pixel of shift makes the float model differ", DefaultValueFactory = _ => QuantizationLimits.Default.MinAgreement };
    private static readonly Option<int> MinInputs = new("--min-inputs") { Description = "Held-out pictures (crops for top-down models) that it takes to accept a model", DefaultValueFactory = _ => Evidence.Default.Inputs };
    private static readonly Option<int> MinPeople = new("--min-people") { Description = "People in them that it takes", DefaultValueFactory = _ => Evidence.Default.People };
    private static readonly Option<string[]> Exclude = new("--exclude") { Description = "Nodes or groups (* = anything) that stay in float", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Include = new("--include") { Description = "Groups that are quantized although the target would keep them in float", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> Plan = new("--plan") { Description = "Groups in float: auto = as few as the limits need, none, or a file: one group a line, or an earlier card", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string> Activation = new("--activation") { Description = "Type of the activations: u8, s8 or u16 (default: the target's)" };
    private static readonly Option<double> Percentile = new("--percentile") { Description = "Share of values that --method percentile keeps", DefaultValueFactory = _ => Defaults.Settings.Percentile };
    private static readonly Option<string> Size = new("--size") { Description = "WIDTHxHEIGHT of the input; qnn always gets a static one" };
    private static readonly Option<bool> ReduceRange = new("--reduce-range") { Description = "7-bit weights, for x64 processors without VNNI" };
    private static readonly Option<bool?> BiasCorrection = new("--bias-correction") { Description = "Round weights so that their errors cancel, and correct biases by the rest (default: where the network splits channels)" };
    private static readonly Option<bool?> Equalize = new("--equalize") { Description = "Even out the channels' ranges between layers first (default: where the network splits channels)" };
    private static readonly Option<string[]> Models = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace other files of the same name" };

    public static IEnumerable<Symbol> All
    {
        get
        {
            Target.AcceptOnlyFromAmong([.. QuantizeWords.Targets.Select(t => t.Word)]);
            Method.AcceptOnlyFromAmong([.. QuantizeWords.Methods.Select(m => m.Word)]);
            Activation.AcceptOnlyFromAmong([.. QuantizeWords.Activations.Select(a => a.Word)]);
            Boxes.AcceptOnlyFromAmong("gt");
            return
            [
                Model, Calibrate, Target, Out, Method, Count, Eval, Images, Subset, Detector, Boxes, MaxApLoss, MinAgreement, MinInputs, MinPeople, Plan, Exclude, Include,
                Activation, Percentile, Size, ReduceRange, BiasCorrection, Equalize, Models, Force,
            ];
        }
    }

    /// <exception cref="UserError">A value makes no sense, or options contradict one another.</exception>
    public static QuantizeRequest Read(ParseResult parsed)
    {
        var (annotations, images, truthBoxes) = (parsed.GetValue(Eval) ?? "", parsed.GetValue(Images) ?? [], parsed.GetValue(Boxes) == "gt");
        if (annotations.Length > 0 && images.Length == 0) { throw Usage("--eval needs --images, the folder of its pictures"); }
        if (truthBoxes && annotations.Length == 0) { throw Usage("--boxes gt needs --eval, whose boxes it uses"); }
        var (plan, groups) = PlanOf(parsed);
        return new QuantizeRequest
        {
            Model = parsed.GetRequiredValue(Model), Folders = parsed.GetValue(Models) ?? [], Calibrate = parsed.GetRequiredValue(Calibrate),
            Count = InRange(parsed.GetValue(Count), 1, 100_000, "--count"), Settings = Settings(parsed), Annotations = annotations, Images = images,
            Subset = InRange(parsed.GetValue(Subset), 0, int.MaxValue, "--subset"), Detector = parsed.GetValue(Detector)!, TruthBoxes = truthBoxes,
            Limits = new QuantizationLimits(InRange(parsed.GetValue(MaxApLoss), 0, 100, "--max-ap-loss"), InRange(parsed.GetValue(MinAgreement), 0, 1, "--min-agreement")),
            Evidence = new Evidence(InRange(parsed.GetValue(MinInputs), 1, 1_000_000, "--min-inputs"), InRange(parsed.GetValue(MinPeople), 1, 1_000_000, "--min-people")),
            Plan = plan, PlanGroups = groups, Size = SizeOf(parsed), Out = parsed.GetRequiredValue(Out), Force = parsed.GetValue(Force),
        };
    }

    private static QuantizationSettings Settings(ParseResult parsed) => new()
    {
        Target = QuantizeWords.Targets.First(t => t.Word == parsed.GetRequiredValue(Target)).Value,
        Method = parsed.GetValue(Method) is { } method ? QuantizeWords.Methods.First(m => m.Word == method).Value : null,
        Activations = parsed.GetValue(Activation) is { } type ? QuantizeWords.Activations.First(a => a.Word == type).Value : ActivationType.Default,
        Percentile = InRange(parsed.GetValue(Percentile), 50, 100, "--percentile"),
        Exclude = parsed.GetValue(Exclude) ?? [],
        Include = parsed.GetValue(Include) ?? [],
        ReduceRange = parsed.GetValue(ReduceRange),
        BiasCorrection = parsed.GetValue(BiasCorrection),
        Equalize = parsed.GetValue(Equalize),
    };

    private static (PlanKind Kind, IReadOnlyList<string> Groups) PlanOf(ParseResult parsed) => parsed.GetValue(Plan) switch
    {
        "auto" or null => (PlanKind.Auto, []),
        "none" => (PlanKind.None, []),
        var file => (PlanKind.File, PlanFile.Read(file)),
    };

    private static (int Width, int Height)? SizeOf(ParseResult parsed)
    {
        if (parsed.GetValue(Size) is not { } text) { return null; }
        return text.Split('x') is [var w, var h] && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is >= 16 and <= 4096
            && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height) && height is >= 16 and <= 4096
            ? (width, height) : throw Usage($"--size {text}: expected WIDTHxHEIGHT in pixels, such as 832x448");
    }

    private static T InRange<T>(T value, T least, T most, string name) where T : IComparable<T>, IFormattable =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? value : throw Usage(FormattableString.Invariant($"{name} {value}: {least} to {most} is possible"));

    private static UserError Usage(string text) => new(ExitCode.Usage, text, "edgepose quantize --help");
}
