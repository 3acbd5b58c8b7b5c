using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>The section <c>models</c>.</summary>
internal sealed record ModelsSettings
{
    public static readonly Doc About = "Where models are found.";

    /// <summary>Folders with model files, absolute, searched in order before the built-in ones.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    public static ModelsSettings Read(Section s)
    {
        var folders = s.List("folders", [], [], t => t.Length is > 0 and <= 4096 && !t.Any(char.IsControl) ? null : "the path of a folder", doc: new Doc("""
            Folders with ONNX files and with descriptors of your own, searched in this order before the built-in ones. At most 16.
            """) { Example = "[/var/lib/edgepose/models]" });
        s.Done();
        return new ModelsSettings { Folders = [.. folders.Select(f => s.Absolute("folders", f))] };
    }
}
