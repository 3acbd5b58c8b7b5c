using System.Globalization;
using System.Text;
using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Networks.Models;

namespace EdgePose.Workshop.Models;

/// <summary>Writes model descriptors, in the form and order of those that come with the program: what the family decides is left out.</summary>
internal static class DescriptorText
{
    public static string Write(AdoptionRequest request, IModelFamily family, string skeleton, ModelInput input, IReadOnlyList<string> outputs)
    {
        var text = new StringBuilder();
        Line("name", request.Name);
        Line("kind", family.Kind.Word);
        Line("file", request.File);
        Line("sha256", request.Sha256);
        Line("input", $"{{ {string.Join(", ", InputKeys(input, family.Input))} }}");
        if (outputs.Count > 0) { Line("outputs", $"[{string.Join(", ", outputs.Select(Quote))}]"); }
        if (skeleton.Length > 0) { Line("skeleton", skeleton); }
        if (request.Note.Length > 0) { Line("note", Quote(request.Note)); }
        Line("licence", Quote(request.Licence.Length > 0 ? request.Licence : "not stated"));
        Line("source", Quote(request.Source.Length > 0 ? request.Source : "not stated"));
        return text.ToString();

        void Line(string key, string value) => text.Append(key).Append(": ").Append(value).Append('\n');
    }

    private static IEnumerable<string> InputKeys(ModelInput input, ModelInput family)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"width: {input.Width}, height: {input.Height}");
        if (input.Layout != family.Layout) { yield return $"layout: {DescriptorWords.Layouts.Of(input.Layout)}"; }
        if (input.Colour != family.Colour) { yield return $"colour: {DescriptorWords.Colours.Of(input.Colour)}"; }
        if (!input.Mean.SequenceEqual(family.Mean)) { yield return $"mean: {Numbers(input.Mean)}"; }
        if (!input.Std.SequenceEqual(family.Std)) { yield return $"std: {Numbers(input.Std)}"; }
    }

    private static string Numbers(IEnumerable<float> values) => $"[{string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)))}]";

    // Single quotes: YAML then knows one escape, the doubled quote. The reader takes no control characters.
    private static string Quote(string value) => $"'{string.Concat(value.Where(c => !char.IsControl(c))).Replace("'", "''", StringComparison.Ordinal)}'";
}
