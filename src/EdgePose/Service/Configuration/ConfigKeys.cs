using EdgePose.Settings;

namespace EdgePose.Service.Configuration;

/// <summary>Every key of the configuration, recorded from the section readers.</summary>
internal static class ConfigKeys
{
    private static readonly Lazy<IReadOnlyList<ConfigKey>> Recorded = new(ConfigLoader.RecordKeys);

    public static IReadOnlyList<ConfigKey> All => Recorded.Value;

    /// <summary>Where a key of this name exists, for a key that stands in the wrong section; empty when nowhere.</summary>
    public static string Elsewhere(string name) =>
        All.FirstOrDefault(k => k.Path.EndsWith("." + name, StringComparison.Ordinal) || k.Path == name)?.Path ?? "";
}
