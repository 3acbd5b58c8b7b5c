using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgePose.Domain;
using Serilog.Formatting.Json;

namespace EdgePose.Service;

/// <summary>
/// Masks every registered secret, also as it looks in a URL and in JSON, and as a second line the user info of any URL. It sits in the log
/// sink and in front of every text that leaves the process, so that no caller has to remember it. Takes time in proportion to the text.
/// </summary>
internal sealed class Redactor
{
    private const string Mask = "***";
    private const string SchemeEnd = "://";

    /// <summary>Shorter secrets would mask ordinary text all over; the configuration warns about them.</summary>
    private const int ShortestSecret = 3;

    private static readonly SearchValues<char> WordEnd = SearchValues.Create(" \t\r\n\f\v'\"");
    private static readonly SearchValues<char> AuthorityEnd = SearchValues.Create("/ \t\r\n\f\v'\"");

    private volatile string[] _secrets = [];

    public void Register(IEnumerable<Secret> secrets)
    {
        var forms = secrets.Select(s => s.Reveal())
            .Where(s => s.Length >= ShortestSecret)
            .SelectMany(Forms)
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
        return text.Contains(SchemeEnd, StringComparison.Ordinal) ? MaskUserInfo(text) : text;
    }

    /// <summary>The secret as it is, in a URL (digits of either case), in the log's JSON, and in that of the messages.</summary>
    private static IEnumerable<string> Forms(string secret)
    {
        using var json = new StringWriter(CultureInfo.InvariantCulture);
        JsonValueFormatter.WriteQuotedJsonString(secret, json);
        var url = Uri.EscapeDataString(secret);
        return [secret, url, LowerEscapes(url), json.ToString()[1..^1], JsonEncodedText.Encode(secret).ToString()];
    }

    private static string LowerEscapes(string url)
    {
        var text = url.ToCharArray();
        for (var i = url.IndexOf('%', StringComparison.Ordinal); i >= 0 && i + 2 < text.Length; i = url.IndexOf('%', i + 1))
        {
            (text[i + 1], text[i + 2]) = (char.ToLowerInvariant(text[i + 1]), char.ToLowerInvariant(text[i + 2]));
        }
        return new string(text);
    }

    /// <summary>Everything between a scheme and the last @ of its authority; a password with a slash makes the rest of the word suspect.</summary>
    private static string MaskUserInfo(string text)
    {
        var masked = new StringBuilder();
        var copied = 0;
        for (var at = text.IndexOf(SchemeEnd, StringComparison.Ordinal); at >= 0;)
        {
            var start = at + SchemeEnd.Length;
            var rest = text.AsSpan(start);
            var length = LengthUntil(rest, AuthorityEnd);
            var sign = rest[..length].LastIndexOf('@');
            if (sign < 0 && !HasPort(rest[..length]))
            {
                length = LengthUntil(rest, WordEnd);
                sign = rest[..length].LastIndexOf('@');
            }
            if (sign >= 0 && at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))
            {
                masked.Append(text, copied, start - copied).Append(Mask);
                copied = start + sign;
            }
            // The colon that ends an authority may begin the next address.
            at = text.IndexOf(SchemeEnd, start + Math.Max(0, length - 1), StringComparison.Ordinal);
        }
        return copied == 0 ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static int LengthUntil(ReadOnlySpan<char> text, SearchValues<char> end) => text.IndexOfAny(end) is >= 0 and var i ? i : text.Length;

    /// <summary>True for an authority without a colon, or with digits alone behind it.</summary>
    private static bool HasPort(ReadOnlySpan<char> authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon < 0 || !authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}
