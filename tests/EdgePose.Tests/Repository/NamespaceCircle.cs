namespace EdgePose.Repository;

/// <summary>Namespaces each of which reaches all others: none can be read, changed or moved without the rest.</summary>
/// <param name="Namespaces">Sorted.</param>
/// <param name="Edges">All uses between them.</param>
internal sealed record NamespaceCircle(IReadOnlyList<string> Namespaces, IReadOnlyList<NamespaceEdge> Edges)
{
    /// <summary>How lists of known circles name it.</summary>
    public string Name => string.Join(" + ", Namespaces);

    public override string ToString() => $"{Name}\n    {string.Join("\n    ", Edges)}";
}
