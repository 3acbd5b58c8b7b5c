using System.Net;

namespace EdgePose.Settings;

internal sealed record MetricsConfig
{
    /// <summary>Address of the page for metrics and health; null = off.</summary>
    public required IPEndPoint? Listen { get; init; }
}

internal sealed record StatusConfig
{
    public const string Auto = "auto", Off = "off";

    /// <summary>Absolute path of the status socket, <see cref="Auto"/> or <see cref="Off"/>.</summary>
    public required string Socket { get; init; }
}
