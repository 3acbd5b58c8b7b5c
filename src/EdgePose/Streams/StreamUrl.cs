using System.Text.RegularExpressions;

using EdgePose.Settings;

namespace EdgePose.Streams;

/// <summary>The address of a video source: a file, a camera device, or one of a few network schemes. Everything else is refused.</summary>
internal sealed partial record StreamUrl
{
    /// <summary>Schemes that ffmpeg may open for a stream.</summary>
    public static readonly IReadOnlyList<string> Schemes = ["rtsp", "rtsps", "http", "https"];

    /// <summary>The address without user and password; an absolute path for files.</summary>
    public required string Url { get; init; }
    public string User { get; init; } = "";
    public string? Password { get; init; }

    /// <summary>Parts of the text that the redactor must know besides the password: its encoded form, tokens in the query.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>True when the query holds something like <c>token=…</c>, which stays in <see cref="Url"/>.</summary>
    public bool SecretInQuery { get; init; }
    public bool IsFile { get; init; }

    /// <summary>Returns null and sets <paramref name="problem"/>, which never quotes the text, when the address is refused.</summary>
    /// <param name="text">The address as written.</param>
    /// <param name="absolute">Makes a relative path absolute.</param>
    /// <param name="problem">What is wrong.</param>
    public static StreamUrl? Parse(string text, Func<string, string> absolute, out string problem)
    {
        problem = UrlParts.Forbidden(text);
        if (problem.Length > 0) { return null; }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        // ffmpeg takes anything before a colon in the first segment for a protocol: file:, concat:, subfile,,start,0:, …
        if (colon < 0 || (slash >= 0 && slash < colon)) { return FromPath(text, absolute, out problem); }

        var scheme = text[..colon].ToLowerInvariant();
        if (!Schemes.Contains(scheme))
        {
            problem = $"only files, /dev/videoN and {string.Join(", ", Schemes.Select(s => s + "://"))} are allowed"
                + (scheme == "file" ? "; write the path alone" : "");
            return null;
        }
        return UrlParts.Parse(text, out problem) is { } parts ? FromParts(parts) : null;
    }

    private static StreamUrl? FromPath(string text, Func<string, string> absolute, out string problem)
    {
        problem = "";
        var path = absolute(text);
        if ((path.StartsWith("/dev/", StringComparison.Ordinal) && !Device().IsMatch(path)) || path.StartsWith("/proc/", StringComparison.Ordinal))
        {
            problem = "of the devices only /dev/videoN and /dev/v4l/by-id/… are allowed";
            return null;
        }
        if (UrlParts.HasReference(path)) { problem = "references such as ${env:NAME} are possible for passwords only"; return null; }
        if (UrlParts.Forbidden(path) is { Length: > 0 } bad) { problem = bad; return null; }
        return new StreamUrl { Url = path, IsFile = !path.StartsWith("/dev/", StringComparison.Ordinal) };
    }

    private static StreamUrl FromParts(UrlParts parts)
    {
        var secrets = new List<string>();
        if (parts.RawPassword.Length > 0 && parts.RawPassword != parts.Password) { secrets.Add(parts.RawPassword); }
        var inQuery = SecretParameter().Matches(parts.Rest);
        foreach (Match m in inQuery)
        {
            secrets.Add(m.Groups[1].Value);
            var plain = Uri.UnescapeDataString(m.Groups[1].Value);
            if (plain != m.Groups[1].Value) { secrets.Add(plain); }
        }
        return new StreamUrl
        {
            Url = parts.WithoutUser, User = parts.User, Password = parts.Password, Secrets = secrets, SecretInQuery = inQuery.Count > 0,
        };
    }

    [GeneratedRegex(@"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9_.:+-]{1,200})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Device();

    [GeneratedRegex(@"[?&](?:pass|passwd|password|pwd|token|access_token|secret|key|apikey|api_key|auth)=([^&#]+)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();
}
