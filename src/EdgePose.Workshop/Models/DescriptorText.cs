using System.Globalization;
using System.Text;
using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>Writes model descriptors, in the form and order of those that come with the program.</summary>
internal static class DescriptorText
{
    public static string Write(AdoptionRequest request, ModelKind kind, string skeleton, (int Width, int Height) size, IReadOnlyList<string> outputs)
    {
        var text = new StringBuilder();
        Line("name", request.Name);
        Line("kind", kind.Word);
        Line("file", request.File);
        Line("sha256", request.Sha256);
        Line("input", string.Create(CultureInfo.InvariantCulture, $"{{ width: {size.Width}, height: {size.Height} }}"));
        if (outputs.Count > 0) { Line("outputs", $"[{string.Join(", ", outputs.Select(Quote))}]"); }
        if (skeleton.Length > 0) { Line("skeleton", skeleton); }
        if (request.Note.Length > 0) { Line("note", Quote(request.Note)); }
        Line("licence", Quote(request.Licence.Length > 0 ? request.Licence : "not stated"));
        Line("source", Quote(request.Source.Length > 0 ? request.Source : "not stated"));
        return text.ToString();

        void Line(string key, string value) => text.Append(key).Append(": ").Append(value).Append('\n');
    }

    // Single quotes: YAML then knows one escape, the doubled quote. The reader takes no control characters.
    private static string Quote(string value) => $"'{string.Concat(value.Where(c => !char.IsControl(c))).Replace("'", "''", StringComparison.Ordinal)}'";
}
