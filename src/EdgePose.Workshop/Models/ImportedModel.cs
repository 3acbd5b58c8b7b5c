namespace EdgePose.Workshop.Models;

/// <summary>A model that import or generate has written; <c>descriptor</c> is absent where the engine does not take the graph.</summary>
internal sealed record ImportedModel(
    string Name, string Kind, string Path, string? Descriptor, string Sha256, long Bytes, string Skeleton, string Input, IReadOnlyList<string> Outputs,
    string? Architecture, long? SourceParameters)
{
    /// <summary>What the file does not say and was assumed, a line each.</summary>
    public IReadOnlyList<string> Assumed { get; init; } = [];
}
