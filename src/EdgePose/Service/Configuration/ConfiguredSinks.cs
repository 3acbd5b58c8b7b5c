using EdgePose.Delivery;
using EdgePose.Settings;

namespace EdgePose.Service.Configuration;

/// <summary>Every section of the configuration that describes sinks, in the order of the manual: one row a section, and the only list of them.</summary>
internal static class ConfiguredSinks
{
    /// <summary>The connection of the first sink that they give is shown as the broker.</summary>
    private static readonly SinkSection[] Rows = [BrokerSettings.Section];

    public static IReadOnlyList<ISinkSettings> Read(Section root, string node) => [.. Rows.Select(row => row.Read(root.Child(row.Name, row.About), node))];
}
