using System.Globalization;
using System.Text;
using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Models;

namespace EdgePose.Workshop.Models;

/// <summary>The families as a table of Markdown, from their rows; <c>./build.sh docs</c> puts it into models/README.md.</summary>
internal static class FamilyTable
{
    public static string Write()
    {
        var text = new StringBuilder("| kind | networks | input | values | frame becomes input by |\n|---|---|---|---|---|\n");
        foreach (var family in ModelFamilies.All)
        {
            var input = family.Input;
            text.Append(CultureInfo.InvariantCulture, $"| {family.Kind.Word} | {family.Networks} | {input.Width}x{input.Height} {Form(input)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Normalization.Of(input)?.Values ?? "its own"} | {Placed(input)} |\n");
        }
        return text.ToString();
    }

    private static string Form(ModelInput input) =>
        $"{DescriptorWords.Layouts.Of(input.Layout)} {DescriptorWords.Colours.Of(input.Colour)}".ToUpperInvariant() + (input.Int32 ? ", int32" : "");

    private static string Placed(ModelInput input) =>
        DescriptorWords.Resizes.Of(input.Resize) + (input.PadValue > 0 ? string.Create(CultureInfo.InvariantCulture, $", grey {input.PadValue}") : "");
}
