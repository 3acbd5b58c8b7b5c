using EdgePose.Delivery.Documents;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>What sinks are made of, beside their settings.</summary>
/// <param name="JsonLines">Where messages go as JSON lines instead of to a broker; null = the broker.</param>
/// <param name="Version">Of the program, for those who announce it.</param>
/// <param name="Reload">Asks for a reload, and says what came of it.</param>
/// <param name="Redact">Masks secrets.</param>
/// <param name="Loggers">Loggers.</param>
/// <param name="Time">Clock.</param>
internal sealed record SinkParts(
    Stream? JsonLines, string Version, Func<Task<ReloadAnswer>> Reload, Func<string, string> Redact, ILoggerFactory Loggers, TimeProvider Time);

/// <summary>The settings of the sinks that one section of the configuration describes.</summary>
internal interface ISinkSettings
{
    /// <summary>Whether the section switches a sink on.</summary>
    bool IsOn { get; }

    /// <summary>The sinks that are switched on; none where the section says nothing.</summary>
    IEnumerable<ISink> Create(SinkParts parts);
}

/// <summary>A section of the configuration that describes sinks.</summary>
/// <param name="Name">Its key.</param>
/// <param name="About">Its text in the manual.</param>
/// <param name="Read">Reads it, given the name of the node.</param>
internal sealed record SinkSection(string Name, Doc About, Func<Section, string, ISinkSettings> Read);
