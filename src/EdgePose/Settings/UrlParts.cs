using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Settings;

/// <summary>
/// <c>scheme://user:password@host:port/rest</c> taken apart. Problems never quote the text, because it may hold a password.
/// </summary>
internal sealed partial record UrlParts
{
    public const int MaxLength = 2048;

    public required string Scheme { get; init; }
    public required string User { get; init; }

    /// <summary>Percent-decoded; null when the URL has no password. A reference such as <c>${env:NAME}</c> stays as it is.</summary>
    public required string? Password { get; init; }

    /// <summary>The password as it is written, so that both forms can be redacted.</summary>
    public required string RawPassword { get; init; }
    public required string Host { get; init; }

    /// <summary>0 when the URL has none.</summary>
    public required int Port { get; init; }

    /// <summary>Path, query and fragment, with the leading slash; may be empty.</summary>
    public required string Rest { get; init; }

    public string WithoutUser => $"{Scheme}://{Authority}{Rest}";

    private string Authority => Port > 0 ? $"{Host}:{Port}" : Host;

    /// <summary>Returns null and sets <paramref name="problem"/> when the text is no such URL.</summary>
    public static UrlParts? Parse(string text, out string problem)
    {
        problem = Forbidden(text);
        if (problem.Length > 0) { return null; }
        if (text.Any(char.IsWhiteSpace)) { problem = "a URL has no spaces; write them as %20"; return null; }
        var m = Shape().Match(text);
        if (!m.Success) { problem = "expected scheme://host/path"; return null; }

        var authority = m.Groups[2].Value;
        var at = authority.LastIndexOf('@');
        var (userInfo, hostPort) = at < 0 ? ("", authority) : (authority[..at], authority[(at + 1)..]);
        var host = HostPort().Match(hostPort);
        if (!host.Success && !HasReference(hostPort))
        {
            problem = "the host is missing or malformed (in a password, write / as %2F, # as %23, ? as %3F and @ as %40)";
            return null;
        }
        var port = 0;
        if (host.Groups[2].Success
            && !(int.TryParse(host.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
        {
            problem = "the port must be 1–65535";
            return null;
        }
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var raw = colon < 0 ? "" : userInfo[(colon + 1)..];
        var user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        var password = colon < 0 ? null : Uri.UnescapeDataString(raw);
        if (user.Any(char.IsControl) || (password ?? "").Any(char.IsControl))
        {
            problem = "user or password hold control characters";
            return null;
        }
        if (userInfo.StartsWith("${", StringComparison.Ordinal) || HasReference(user) || HasReference(m.Groups[3].Value) || HasReference(hostPort) || HasReference(raw) && !WholeReference().IsMatch(raw))
        {
            problem = "references such as ${env:NAME} are possible as the whole password only, and best under the key password";
            return null;
        }
        return new UrlParts
        {
            Scheme = m.Groups[1].Value.ToLowerInvariant(), User = user, Password = password, RawPassword = raw,
            Host = host.Groups[1].Value.ToLowerInvariant(), Port = port, Rest = m.Groups[3].Value,
        };
    }

    /// <summary>What no source or broker address may hold: it would break out of an ffconcat script, an argument list or a log line.</summary>
    public static string Forbidden(string text) => text switch
    {
        "" => "the address is empty",
        { Length: > MaxLength } => $"the address is longer than {MaxLength} characters",
        _ when text[0] == '-' => "an address cannot begin with '-'; write ./ before a file name",
        _ when text.AsSpan().ContainsAny('\'', '"') => "quotes are not allowed in an address; write %27 or %22 in a URL",
        _ when text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') => "line breaks and control characters are not allowed in an address",
        _ => "",
    };

    public static bool HasReference(string text) => text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${credential:", StringComparison.Ordinal);

    [GeneratedRegex(@"^\$\{(credential|env):[^{}]*\}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeReference();

    // Uri is not used: it accepts, rewrites and normalises far more than a camera's address should have.
    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([/?#].*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    [GeneratedRegex(@"^([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9_.-]{1,16})?\])(?::([0-9]{1,6}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex HostPort();
}
