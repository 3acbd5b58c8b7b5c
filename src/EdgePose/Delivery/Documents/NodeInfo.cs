namespace EdgePose.Delivery.Documents;

/// <summary>What <c>info</c> says of this process; set once after the start and after a reload.</summary>
internal sealed record NodeInfo
{
    public required string Version { get; init; }
    public required string ConfigHash { get; init; }

    /// <summary>Drawn anew at each start of the process.</summary>
    public required string Boot { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required IReadOnlyList<ModelInfo> Models { get; init; }
    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>Joint layouts of the poses and events, each a value of its own.</summary>
    public IReadOnlyList<string> Skeletons { get; init; } = [];
    public IReadOnlyList<string> Capabilities { get; init; } = ["poses", "people", "events", "rules", "skeletons"];
}
