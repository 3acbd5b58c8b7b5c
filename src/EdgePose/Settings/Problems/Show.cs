using System.Globalization;
using System.Text;

namespace EdgePose.Settings.Problems;

/// <summary>Quotes user input in messages: printable, short, and masked when it may hold a credential.</summary>
internal static class Show
{
    private const int Longest = 40;

    public static string Value(string text)
    {
        // Anything with an @ may be a URL with a password in it.
        if (text.Contains('@', StringComparison.Ordinal)) { return "\"***\""; }
        return "\"" + Printable(text) + "\"";
    }

    /// <summary>A key as part of a dotted path: plain when it is plain, otherwise quoted.</summary>
    public static string Key(string key) =>
        key.Length is > 0 and <= Longest && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? key : Value(key);

    private static string Printable(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            var plain = !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029');
            if (plain) { shown.Append(c); }
            else { shown.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)); }
        }
        return text.Length > Longest ? shown.Append('…').ToString() : shown.ToString();
    }
}
