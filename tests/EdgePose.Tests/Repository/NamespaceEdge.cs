namespace EdgePose.Repository;

/// <summary>One namespace uses another.</summary>
/// <param name="From">The namespace that uses.</param>
/// <param name="To">The namespace that is used.</param>
/// <param name="User">Example of a type in <paramref name="From"/> that needs <paramref name="To"/>; the first by name.</param>
/// <param name="Used">Example of what it uses there.</param>
/// <param name="Pairs">Pairs of types behind the edge: the work of cutting it.</param>
internal sealed record NamespaceEdge(string From, string To, TypeName User, TypeName Used, int Pairs)
{
    public override string ToString() => $"{From} -> {To} ({Pairs}): {User.Name} uses {Used.Name}";
}
