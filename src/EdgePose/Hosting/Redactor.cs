using System.Text.RegularExpressions;
using EdgePose.Domain;

namespace EdgePose.Hosting;

/// <summary>
/// Masks every registered secret, also in URL-encoded form, and as a second line the user info of any URL. It sits in the log sink and in
/// front of every text that leaves the process, so that no caller has to remember it.
/// </summary>
internal sealed partial class Redactor
{
    private const string Mask = "***";

    /// <summary>Shorter secrets would mask ordinary text all over; the configuration warns about them.</summary>
    private const int ShortestSecret = 3;

    private volatile string[] _secrets = [];

    public void Register(IEnumerable<Secret> secrets)
    {
        var forms = secrets.Select(s => s.Reveal())
            .Where(s => s.Length >= ShortestSecret)
            .SelectMany(s => new[] { s, Uri.EscapeDataString(s) })
            .Concat(_secrets)
            .Distinct()
            .OrderByDescending(s => s.Length);
        _secrets = [.. forms];
    }

    public string Redact(string text)
    {
        foreach (var secret in _secrets)
        {
            if (text.Contains(secret, StringComparison.Ordinal)) { text = text.Replace(secret, Mask, StringComparison.Ordinal); }
        }
        return text.Contains("://", StringComparison.Ordinal) ? UserInfo().Replace(text, "$1" + Mask + "@") : text;
    }

    [GeneratedRegex(@"([a-zA-Z][a-zA-Z0-9+.\-]*://)[^/\s'""@]*(?:@[^/\s'""@]*)*@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex UserInfo();
}
