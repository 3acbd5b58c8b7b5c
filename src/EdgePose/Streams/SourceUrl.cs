using System.Text.RegularExpressions;

namespace EdgePose.Streams;

internal enum SourceKind { File, Rtsp, Http, V4l2 }

/// <summary>Rules for the address of a source. What passes cannot inject ffmpeg options, protocols or script lines.</summary>
internal static partial class SourceUrl
{
    public const int MaxLength = 2048;

    private static readonly string[] NetworkSchemes = ["rtsp", "rtsps", "http", "https"];

    /// <summary>Why <paramref name="url"/> is refused, as the rest of a sentence; null when it is fine.</summary>
    public static string? Problem(string url)
    {
        if (url.Length == 0) { return "is empty"; }
        if (url.Length > MaxLength) { return $"is longer than {MaxLength} characters"; }
        if (url[0] == '-') { return "begins with '-'; write ./ in front of a file of that name"; }
        foreach (var c in url)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029') { return "contains a line break or control character"; }
            if (c is '\'' or '"' or '\\' or '`') { return $"contains the character {c}; percent-encode it in a URL, rename the file otherwise"; }
        }
        var scheme = Scheme().Match(url);
        if (!scheme.Success) { return KindOf(url) == SourceKind.V4l2 || !url.StartsWith("/dev/", StringComparison.Ordinal) ? null : "is a device other than /dev/videoN"; }
        var name = scheme.Groups[1].Value;
        if (!NetworkSchemes.Contains(name, StringComparer.OrdinalIgnoreCase) || !url.AsSpan(name.Length).StartsWith("://"))
        {
            return $"has the scheme '{name}:'; use rtsp://, rtsps://, http://, https://, a file path or /dev/videoN";
        }
        if (url.Contains(' ', StringComparison.Ordinal)) { return "contains a space; write %20"; }
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0) { return "is not a complete URL with a host"; }
        return uri.UserInfo.Length > 0 ? "holds a user or password; they have their own settings" : null;
    }

    /// <summary>The kind of source; meaningful for addresses without <see cref="Problem"/>.</summary>
    public static SourceKind KindOf(string url) =>
        url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) && url.Contains("://", StringComparison.Ordinal) ? SourceKind.Rtsp
        : url.StartsWith("http", StringComparison.OrdinalIgnoreCase) && url.Contains("://", StringComparison.Ordinal) ? SourceKind.Http
        : VideoDevice().IsMatch(url) ? SourceKind.V4l2
        : SourceKind.File;

    /// <summary>The URL with percent-encoded user and password. The result is a secret: it may go to ffmpeg's stdin only.</summary>
    public static string WithCredentials(string url, string user, string? password)
    {
        if (user.Length == 0 && password is null) { return url; }
        var at = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var colon = password is null ? "" : ":";
        return string.Concat(url.AsSpan(0, at), Uri.EscapeDataString(user) + colon + Uri.EscapeDataString(password ?? "") + "@", url.AsSpan(at));
    }

    /// <summary>
    /// Hides user, password and query of every URL in <paramref name="text"/>: the second line of defence behind the redactor, which
    /// knows the secrets by value.
    /// </summary>
    public static string Mask(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal)) { return text; }
        return Query().Replace(UserInfo().Replace(text, "$1***@"), "$1?***");
    }

    /// <summary>HTTP addresses that deliver faster than real time: playlists of segments and recordings. They must be paced.</summary>
    public static bool IsSegmentedOrRecorded(string url) => RecordedPath().IsMatch(url);

    /// <summary>HTTP addresses of a playlist (HLS, RFC 8216).</summary>
    public static bool IsPlaylist(string url) => PlaylistPath().IsMatch(url);

    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9+.\-]*):")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^/dev/video[0-9]{1,3}$|^/dev/v4l/by-(id|path)/[^/]+$")]
    private static partial Regex VideoDevice();

    [GeneratedRegex(@"([A-Za-z][A-Za-z0-9+.\-]*://)[^/\s]*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([A-Za-z][A-Za-z0-9+.\-]*://[^\s?']*)\?[^\s']*")]
    private static partial Regex Query();

    [GeneratedRegex(@"^https?://[^?#]*\.(m3u8|mp4|m4v|mov|mkv|webm|avi)([?#]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex RecordedPath();

    [GeneratedRegex(@"^https?://[^?#]*\.m3u8([?#]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex PlaylistPath();
}
