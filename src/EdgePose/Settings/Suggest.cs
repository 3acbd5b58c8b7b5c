namespace EdgePose.Settings;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Suggest
{
    /// <summary>The candidate nearest to <paramref name="word"/>, or an empty string when none is near.</summary>
    public static string Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > 64) { return ""; }
        var plain = Normalise(word);
        var (best, bestDistance) = ("", int.MaxValue);
        foreach (var candidate in candidates)
        {
            var other = Normalise(candidate);
            var distance = Distance(plain, other);
            // One change in a word of one or two letters makes another word, not a typing error.
            var near = distance <= Math.Max(plain.Length, other.Length) / 3;
            if (!near && Math.Min(plain.Length, other.Length) >= 3
                && (plain.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(plain, StringComparison.Ordinal)))
            {
                near = true;
            }
            if (near && distance < bestDistance) { (best, bestDistance) = (candidate, distance); }
        }
        return best;
    }

    /// <summary>Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each at cost 1.</summary>
    public static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) { d[i, 0] = i; }
        for (var j = 0; j <= b.Length; j++) { d[0, j] = j; }
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) { d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1); }
            }
        }
        return d[a.Length, b.Length];
    }

    private static string Normalise(string name) => name.ToLowerInvariant().Replace('-', '_');
}
