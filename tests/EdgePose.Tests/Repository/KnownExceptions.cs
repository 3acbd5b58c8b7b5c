namespace EdgePose.Repository;

/// <summary>A list of known violations that can only shrink: a new violation is a problem, and so is an entry that nothing needs.</summary>
internal static class KnownExceptions
{
    /// <param name="known">The list.</param>
    /// <param name="found">What the check found.</param>
    /// <param name="covers">Whether an entry excuses a violation.</param>
    /// <returns>One text for each problem.</returns>
    public static IReadOnlyList<string> Problems<TKnown, TFound>(
        IReadOnlyCollection<TKnown> known, IReadOnlyCollection<TFound> found, Func<TKnown, TFound, bool> covers) =>
    [
        .. found.Where(f => !known.Any(k => covers(k, f))).Select(f => $"new: {f}"),
        .. known.Where(k => !found.Any(f => covers(k, f))).Select(k => $"no longer needed, remove it from the list: {k}"),
    ];
}
