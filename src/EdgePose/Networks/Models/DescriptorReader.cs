using EdgePose.Domain;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Networks.Models;

/// <summary>Reads one model descriptor, as strictly as the configuration, and completes it with its family's defaults.</summary>
internal static class DescriptorReader
{
    /// <summary>Stands for a hash that is not known.</summary>
    private const string Unknown = "unknown";

    private static readonly Doc Required = new("") { Default = "required" };

    /// <summary>Returns null when the descriptor has errors; they are added to <paramref name="problems"/>.</summary>
    /// <param name="bytes">Content of the descriptor.</param>
    /// <param name="path">Its path; the file name without extension must be the model's name.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="keys">Records the known keys; null in ordinary runs.</param>
    public static ModelDescriptor? Read(ReadOnlySpan<byte> bytes, string path, ProblemList problems, List<ConfigKey>? keys = null)
    {
        var own = new ProblemList();
        var node = YamlReader.Parse(bytes, path, own);
        var context = new ReadContext(own, path, _ => null, keys) { Intact = !own.HasErrors };
        var model = ReadRoot(new Section(node, "", "", context), Path.GetFileNameWithoutExtension(path));
        problems.AddRange(own.ToSorted([]));
        return own.HasErrors ? null : model;
    }

    private static ModelDescriptor ReadRoot(Section root, string stem)
    {
        Require(root, "name", "kind", "file", "licence", "source");
        var name = root.Id("name", stem, Required);
        if (name != stem) { root.Error("name", $"the file is called {Show.Value(stem)}; name and file must agree"); }
        var family = root.Choice("kind", ModelFamilies.All[0], [.. ModelFamilies.All.Select(f => (f.Kind.Word, f))]);
        var model = new ModelDescriptor
        {
            Name = name,
            Kind = family.Kind,
            Path = "",
            File = root.Text("file", "", CheckFile, Required),
            Sha256 = ReadPin(root, out var unknown),
            HashUnknown = unknown,
            Download = ReadDownload(root.Child("download")),
            Input = ReadInput(root.Child("input"), family.Input),
            Decode = ReadDecode(root.Child("decode"), family.Decode),
            Outputs = root.List("outputs", family.Outputs, [], t => t.Length is > 0 and <= 256 ? null : "the name of an output"),
            Skeleton = root.Text("skeleton", "", CheckSkeleton),
            Licence = root.Text("licence", "", CheckProse, Required),
            Source = root.Text("source", "", CheckProse, Required),
            Note = root.Text("note", "", CheckProse),
            Quantization = QuantizationReader.Read(root),
        };
        if (model.Quantization is not null && model.Sha256.Length == 0) { root.Error("quantization", "a quantized model needs its sha256"); }
        if (model.Task == ModelTask.Detect && model.Skeleton.Length > 0) { root.Error("skeleton", "a detector has no skeleton"); }
        if (model.Task != ModelTask.Detect && model.Skeleton.Length == 0 && !root.Has("skeleton"))
        {
            root.Missing("skeleton is missing: one of " + string.Join(", ", ModelFamilies.Skeletons));
        }
        root.Done();
        return model;
    }

    private static void Require(Section root, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!root.Contains(key)) { root.Missing(key + " is missing"); }
        }
    }

    private static string ReadPin(Section root, out bool unknown)
    {
        var sha = root.Text("sha256", "", t => t == Unknown || (t.Length == 64 && t.All(char.IsAsciiHexDigitLower)) ? null : "64 hexadecimal digits, lower case");
        unknown = sha == Unknown;
        var recorded = root.Flag("recorded", false);
        if (recorded && sha.Length > 0) { root.Error("recorded", "give sha256 or recorded: true, not both"); }
        if (!recorded && !root.Contains("sha256"))
        {
            root.Missing("sha256 is missing (or recorded: true for a model that is converted at set-up)");
        }
        return recorded || unknown ? "" : sha;
    }

    private static ModelDownload? ReadDownload(Section s)
    {
        var url = s.Text("url", "", t => ModelAddress.IsAllowed(t) ? null : "an https:// address without a password");
        var archive = s.Text("archive", "", t => ModelFile.IsPlainName(t) ? null : "a plain file name ending in .onnx, without folders");
        s.Done();
        if (archive.Length > 0 && !s.Contains("url")) { s.Error("archive", "an archive needs its url"); }
        return url.Length > 0 ? new ModelDownload(url, archive) : null;
    }

    private static ModelInput ReadInput(Section s, ModelInput family)
    {
        var input = new ModelInput
        {
            Width = s.Integer("width", family.Width, 16, 4096),
            Height = s.Integer("height", family.Height, 16, 4096),
            Layout = s.Choice("layout", family.Layout, ("nchw", TensorLayout.Nchw), ("nhwc", TensorLayout.Nhwc)),
            Colour = s.Choice("colour", family.Colour, ("rgb", ColourOrder.Rgb), ("bgr", ColourOrder.Bgr)),
            Resize = s.Choice("resize", family.Resize, ("letterbox", ResizeRule.Letterbox), ("stretch", ResizeRule.Stretch),
                ("short-side", ResizeRule.ShortSide), ("crop", ResizeRule.Crop)),
            Mean = s.Numbers("mean", family.Mean, 3, -1000, 1000),
            Std = s.Numbers("std", family.Std, 3, 1e-6, 1000),
            PadValue = (byte)s.Integer("pad", family.PadValue, 0, 255),
            Int32 = s.Flag("int32", family.Int32),
        };
        if (input.Int32 && (s.Contains("mean") || s.Contains("std")))
        {
            s.Error("int32", "an int32 input takes raw values; mean and std cannot apply");
        }
        s.Done();
        return input;
    }

    private static ModelDecode ReadDecode(Section s, ModelDecode family)
    {
        var decode = new ModelDecode
        {
            PersonClass = s.Integer("person_class", family.PersonClass, 0, 10_000),
            ScoreThreshold = s.Number("score_threshold", family.ScoreThreshold, 0, 1),
            NmsThreshold = s.Number("nms_threshold", family.NmsThreshold, 0, 1),
            Padding = s.Number("padding", family.Padding, 1, 3),
            Refine = s.Choice("refine", family.Refine, ("none", HeatmapRefine.None), ("quarter", HeatmapRefine.Quarter),
                ("quarter-ae", HeatmapRefine.QuarterAe), ("dark", HeatmapRefine.Dark), ("udp-dark", HeatmapRefine.UdpDark)),
            DarkKernel = s.Integer("dark_kernel", family.DarkKernel, 3, 63),
            SimccRatio = s.Number("simcc_ratio", family.SimccRatio, 0.5, 16),
            JointThreshold = s.Number("joint_threshold", family.JointThreshold, -10, 10),
        };
        if (decode.DarkKernel % 2 == 0) { s.Error("dark_kernel", "the kernel must be odd"); }
        s.Done();
        return decode;
    }

    private static string? CheckFile(string text) => ModelFile.IsPlainName(text) ? null : "a plain file name ending in .onnx, without folders";

    private static string? CheckSkeleton(string text) =>
        ModelFamilies.Skeletons.Contains(text) ? null : "one of " + string.Join(", ", ModelFamilies.Skeletons);

    private static string? CheckProse(string text) => text.Length is > 0 and <= 1000 ? null : "a sentence";
}
