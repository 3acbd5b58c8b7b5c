using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>Joint layouts of data sets and the joints that two layouts share. Data sets name a few joints differently.</summary>
internal static class JointNames
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["head"] = "top_head", ["head_top"] = "top_head", ["upper_neck"] = "neck",
    };

    /// <summary>The known layout with these joint names, or, without names, with this number of joints; null when there is none.</summary>
    public static Skeleton? LayoutOf(IReadOnlyList<string>? names, int joints)
    {
        if (names is not { Count: > 0 }) { return Skeletons.All.FirstOrDefault(s => s.Count == joints); }
        return Skeletons.All.FirstOrDefault(s => s.Joints.Select(Normal).SequenceEqual(names.Select(Normal)));
    }

    /// <summary>Pairs (joint of <paramref name="data"/>, joint of <paramref name="model"/>) with the same name, in the order of the data set.</summary>
    public static IReadOnlyList<(int Data, int Model)> Common(Skeleton data, Skeleton model)
    {
        var byName = model.Joints.Select((name, i) => (Normal(name), i)).ToDictionary(p => p.Item1, p => p.i);
        return [.. data.Joints.Select((name, i) => (Data: i, Model: byName.GetValueOrDefault(Normal(name), -1))).Where(p => p.Model >= 0)];
    }

    private static string Normal(string name)
    {
        var lower = name.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
        return Aliases.GetValueOrDefault(lower, lower);
    }
}
