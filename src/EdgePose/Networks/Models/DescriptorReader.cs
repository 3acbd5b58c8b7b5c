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

    private const string PlainName = @"^[A-Za-z0-9_][A-Za-z0-9._-]*\.onnx$";

    /// <summary>Returns null when the descriptor has errors; they are added to <paramref name="problems"/>.</summary>
    /// <param name="bytes">Content of the descriptor.</param>
    /// <param name="path">Its path; the file name without extension must be the model's name.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="keys">Records the known keys; null in ordinary runs.</param>
    public static ModelDescriptor? Read(ReadOnlySpan<byte> bytes, string path, ProblemList problems, List<ConfigKey>? keys = null)
    {
        var own = new ProblemList();
        var node = YamlReader.Parse(bytes, path, own);
        if (node is not null && node.Find("streams") is not null && node.Find("kind") is null)
        {
            problems.Warning(new Mark(path, 0, 0), "", "this is a configuration and no model descriptor; it is passed over here, and better kept in another folder");
            return null;
        }
        var context = new ReadContext(own, path, _ => null, keys) { Intact = !own.HasErrors };
        var model = ReadRoot(new Section(node, "", "", context), Path.GetFileNameWithoutExtension(path));
        problems.AddRange(own.ToSorted([]));
        return own.HasErrors ? null : model;
    }

    private static ModelDescriptor ReadRoot(Section root, string stem)
    {
        Require(root, "name", "kind", "file", "licence", "source");
        var name = root.Id("name", stem, Required("The file name of this descriptor without .yaml."));
        if (name != stem) { root.Error("name", $"the file is called {Show.Value(stem)}; name and file must agree"); }
        var kind = root.Choice("kind", ModelFamilies.All[0].Kind.Word, [.. ModelFamilies.Words],
            Required("Network family; decides the defaults below and the decoder."));
        var family = ModelFamilies.Find(kind)!;
        var model = new ModelDescriptor
        {
            Name = name,
            Kind = family.Kind,
            Path = "",
            File = root.Text("file", "", CheckFile,
                Required("Plain name of the ONNX file; it is looked up in the model folders.") with { Pattern = PlainName }),
            Sha256 = ReadPin(root, out var unknown),
            HashUnknown = unknown,
            Download = ReadDownload(root.Child("download", "Public release address, for models pull.")),
            Input = ReadInput(root.Child("input", "Input of the network; the family decides what is not stated."), family.Input),
            Decode = ReadDecode(root.Child("decode", "Decoder settings; the family decides what is not stated."), family.Decode),
            Outputs = root.List("outputs", family.Outputs, [], t => t.Length is > 0 and <= 256 ? null : "the name of an output",
                doc: OfFamily("Outputs to ask for, in the order of the decoder; without it all are asked for and told apart by shape.")),
            Skeleton = SkeletonReader.Read(root),
            Licence = root.Text("licence", "", CheckProse, Required("Licence of the weights, with what is known about it.")),
            Source = root.Text("source", "", CheckProse, Required("Where the file comes from, exactly.")),
            Note = root.Text("note", "", CheckProse, "What a user must know before relying on the model."),
            Quantization = QuantizationReader.Read(root),
        };
        if (model.Quantization is not null && model.Sha256.Length == 0) { root.Error("quantization", "a quantized model needs its sha256"); }
        if (model.Task == ModelTask.Detect && model.Skeleton.Length > 0) { root.Error("skeleton", "a detector has no skeleton"); }
        if (model.Task != ModelTask.Detect && model.Skeleton.Length == 0 && !root.Has("skeleton"))
        {
            root.Missing("skeleton is missing: " + Skeletons.Choices);
        }
        root.Done();
        return model;
    }

    private static Doc Required(string text) => new(text) { Default = "required" };

    private static Doc OfFamily(string text) => new(text) { Default = "the family's" };

    private static void Require(Section root, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!root.Contains(key)) { root.Missing(key + " is missing"); }
        }
    }

    private static string ReadPin(Section root, out bool unknown)
    {
        var sha = root.Text("sha256", "",
            t => t == Unknown || (t.Length == 64 && t.All(char.IsAsciiHexDigitLower)) ? null : "64 hexadecimal digits, lower case",
            new Doc("SHA-256 of the file; \"unknown\" where nobody has stated it: such a file is never loaded or fetched.") { Pattern = "^([0-9a-f]{64}|unknown)$" });
        unknown = sha == Unknown;
        var recorded = root.Flag("recorded", false, "true for a model that is converted at set-up: the hash stands in <file>.sha256 beside it.");
        if (recorded && sha.Length > 0) { root.Error("recorded", "give sha256 or recorded: true, not both"); }
        if (!recorded && !root.Contains("sha256"))
        {
            root.Missing("sha256 is missing (or recorded: true for a model that is converted at set-up)");
        }
        return recorded || unknown ? "" : sha;
    }

    private static ModelDownload? ReadDownload(Section s)
    {
        var url = s.Text("url", "", t => ModelAddress.IsAllowed(t) ? null : "an https:// address without a password",
            Required("https address of the file, or of a ZIP file that holds it.") with { Pattern = "^https?://" });
        var archive = s.Text("archive", "", CheckFile, new Doc("File name of the model inside the ZIP file.") { Pattern = PlainName });
        s.Done();
        if (archive.Length > 0 && !s.Contains("url")) { s.Error("archive", "an archive needs its url"); }
        return url.Length > 0 ? new ModelDownload(url, archive) : null;
    }

    private static ModelInput ReadInput(Section s, ModelInput family)
    {
        var input = new ModelInput
        {
            Width = s.Integer("width", family.Width, 16, 4096, OfFamily("Pixels.")),
            Height = s.Integer("height", family.Height, 16, 4096, OfFamily("Pixels.")),
            Layout = s.Choice("layout", family.Layout, DescriptorWords.Layouts, OfFamily("Order of the axes.")),
            Colour = s.Choice("colour", family.Colour, DescriptorWords.Colours, OfFamily("Order of the channels.")),
            Resize = s.Choice("resize", family.Resize, DescriptorWords.Resizes, OfFamily("How a frame becomes the input.")),
            Mean = s.Numbers("mean", family.Mean, 3, -1000, 1000, OfFamily("Subtracted per channel, 0..255 units, in the order of colour.")),
            Std = s.Numbers("std", family.Std, 3, 1e-6, 1000, OfFamily("Divided by per channel, after the mean.")),
            PadValue = (byte)s.Integer("pad", family.PadValue, 0, 255, OfFamily("Grey value around a letterboxed frame.")),
            Int32 = s.Flag("int32", family.Int32, OfFamily("The network takes raw values as int32.")),
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
        var padding = s.Number("padding", family.Padding, 1, 3, OfFamily("Margin of a detector's box for the crop, applied once."));
        var decode = new ModelDecode
        {
            PersonClass = s.Integer("person_class", family.PersonClass, 0, 10_000, OfFamily("Class index of a person.")),
            ScoreThreshold = s.Number("score_threshold", family.ScoreThreshold, 0, 1, OfFamily("Smallest detector score.")),
            NmsThreshold = s.Number("nms_threshold", family.NmsThreshold, 0, 1, OfFamily("IoU above which the weaker of two boxes goes.")),
            Padding = padding,
            // Where the family has one margin, whoever changes it means both.
            FollowedPadding = s.Number("followed_padding", family.FollowedPadding == family.Padding ? padding : family.FollowedPadding, 1, 3,
                OfFamily("Margin of a box that is made from the joints of the frame before.")),
            Refine = s.Choice("refine", family.Refine, DescriptorWords.Refinements, OfFamily("Sub-pixel refinement of heat maps.")),
            DarkKernel = s.Integer("dark_kernel", family.DarkKernel, 3, 63, OfFamily("Blur kernel of the dark refinements, odd.")),
            SimccRatio = s.Number("simcc_ratio", family.SimccRatio, 0.5, 16, new Doc("SimCC bins per input pixel.") { Default = "as the outputs have them" }),
            JointThreshold = s.Number("joint_threshold", family.JointThreshold, -10, 10, OfFamily("Smallest score of a joint that counts as seen.")),
        };
        if (decode.DarkKernel % 2 == 0) { s.Error("dark_kernel", "the kernel must be odd"); }
        s.Done();
        return decode;
    }

    private static string? CheckFile(string text) => ModelFile.IsPlainName(text) ? null : "a plain file name ending in .onnx, without folders";

    private static string? CheckProse(string text) => text.Length is > 0 and <= 1000 ? null : "a sentence";
}
