using System.Globalization;
using EdgePose.Domain;
using EdgePose.Networks.Models;

namespace EdgePose.Workshop.Models;

/// <summary>Says what was assumed about a network, why, and which option says otherwise: the daemon cannot know better than this.</summary>
internal static class Assumptions
{
    /// <summary>Below this a network has found nobody.</summary>
    public const float Nobody = 0.06f;

    public static IReadOnlyList<string> Of(AdoptionRequest request, ProbedModel probed, Adoption chosen)
    {
        var lines = new List<string>();
        if (request.Kind.Length == 0)
        {
            var others = probed.Families.Where(f => f != chosen.Family).Select(f => f.Kind.Word).ToList();
            lines.Add($"kind {chosen.Family.Kind.Word}: by its inputs and outputs{(others.Count > 0 ? $" and their values, which {string.Join(" and ", others)} has alike; --kind" : "")}");
        }
        if (chosen.Joints > 0 && request.Skeleton.Length == 0) { lines.Add(Layout(chosen)); }
        if (probed.DynamicSize && request.Size is null)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"size {chosen.Descriptor.Input.Width}x{chosen.Descriptor.Input.Height}: the file leaves it open, this is usual for {chosen.Family.Kind.Word}; --size"));
        }
        lines.Add(Values(request, chosen));
        return lines;
    }

    private static string Layout(Adoption chosen)
    {
        var others = JointLayout.WithJoints(chosen.Joints).Select(s => s.Name).Where(n => n != chosen.Descriptor.Skeleton).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"skeleton {chosen.Descriptor.Skeleton}: by the number of joints, {chosen.Joints}")
            + (others.Count > 0 ? $", which {string.Join(" and ", others)} has as well" : "") + "; --skeleton";
    }

    private static string Values(AdoptionRequest request, Adoption chosen)
    {
        var line = $"values {Describe(chosen.Descriptor.Input)}: ";
        if (request.Picture is not { } picture)
        {
            return line + $"usual for {chosen.Family.Kind.Word}, not tried, for there is no picture with people; --picture, --normalization, --color";
        }
        if (chosen.Fit < Nobody)
        {
            return line + $"usual for {chosen.Family.Kind.Word}, but nobody was found on {picture.Name} with any; --picture FILE tries another one, --normalization and --color say it";
        }
        var others = chosen.Tried.Where(t => t.Input != chosen.Descriptor.Input && t.Fit != chosen.Fit).OrderByDescending(t => t.Fit)
            .DistinctBy(t => Normalization.Of(t.Input)?.Word).Take(3).Select(t => $"{Percent(t.Fit)} with {Describe(t.Input)}").ToList();
        return line + $"fits {picture.Name} to {Percent(chosen.Fit)}" + (others.Count > 0 ? $" ({string.Join(", ", others)})" : "") + "; --normalization, --color";
    }

    /// <summary>What a picture shows of an installed model: how well it does as its descriptor says, and whether it does better otherwise.</summary>
    public static string OnPicture(IReadOnlyList<TriedInput> tried, TrialPicture picture)
    {
        var best = InputTrials.Best(tried);
        return tried[0] == best && best.Fit < Nobody ? $"finds nobody on {picture.Name}"
            : $"fits {picture.Name} to {Percent(tried[0].Fit)}" + (tried[0] == best ? "" : $", but to {Percent(best.Fit)} with {Describe(best.Input)}: correct its input");
    }

    private static string Describe(ModelInput input) =>
        $"{Normalization.Of(input)?.Values ?? "of its family"}, {DescriptorWords.Colours.Of(input.Colour).ToUpperInvariant()}";

    private static string Percent(float fit) => string.Create(CultureInfo.InvariantCulture, $"{100 * fit:0} %");
}
