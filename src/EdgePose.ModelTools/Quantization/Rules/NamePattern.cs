namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>Names with <c>*</c> for any run of characters.</summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string name)
    {
        var (p, n, star, retry) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') { (star, retry) = (p++, n); }
            else if (p < pattern.Length && pattern[p] == name[n]) { (p, n) = (p + 1, n + 1); }
            else if (star >= 0) { (p, n) = (star + 1, ++retry); }
            else { return false; }
        }
        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    public static bool MatchesAny(IEnumerable<string> patterns, string name) => patterns.Any(p => Matches(p, name));

    /// <exception cref="ModelToolsException">A pattern fits no name.</exception>
    public static void RequireMatches(IEnumerable<string> patterns, IReadOnlyCollection<string> names, string model, IEnumerable<string> groups)
    {
        foreach (var pattern in patterns.Where(p => !names.Any(n => Matches(p, n))))
        {
            throw new ModelToolsException($"{model}: nothing is called \"{pattern}\"", $"groups are {string.Join(", ", groups)}; node names and * are possible too");
        }
    }
}
