namespace EdgePose.Repository;

/// <summary>How many types of the product each type knows: what a reader has to know before changing it.</summary>
/// <param name="Type">An outermost type; nested ones, the compiler's included, count as part of it.</param>
/// <param name="Used">Distinct outermost types of our own assemblies, itself excluded.</param>
internal readonly record struct FanOut(TypeName Type, int Used)
{
    /// <summary>Largest first; equal ones by name.</summary>
    public static IReadOnlyList<FanOut> Of(IReadOnlyDictionary<TypeName, TypeUse> uses) =>
    [
        .. uses.Where(u => !u.Key.IsCompilers)
            .Select(u => new FanOut(u.Key, u.Value.Types.Count(t => OwnAssemblies.IsOwn(t.Assembly) && !t.IsCompilers)))
            .OrderByDescending(f => f.Used).ThenBy(f => f.Type.ToString(), StringComparer.Ordinal),
    ];

    public override string ToString() => $"{Used} {Type}";
}
