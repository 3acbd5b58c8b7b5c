using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Settings;

/// <summary>The scalar notations of the configuration. Culture-independent and total: a text either parses or it does not.</summary>
internal static partial class Scalars
{
    /// <summary>Ids of streams, nodes and models; they become topic levels and file names.</summary>
    public const string IdPattern = "^[a-z0-9][a-z0-9_-]{0,62}$";

    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>A finite decimal number such as <c>5</c>, <c>-0.5</c> or <c>1e3</c>.</summary>
    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && (value != 0 || IsPlainZero(text));

    /// <summary>Zero that is written as zero: neither -0, nor a number too small to be told from it, which would silently mean something else.</summary>
    private static bool IsPlainZero(string text) => text[0] != '-' && !text.AsSpan().ContainsAnyInRange('1', '9');

    public static bool TryInteger(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Frames or messages per second: <c>5</c>, <c>2.5</c> or <c>5fps</c>.</summary>
    public static bool TryRate(string text, out double perSecond)
    {
        if (text.EndsWith("fps", StringComparison.Ordinal)) { text = text[..^3].TrimEnd(' '); }
        return TryNumber(text, out perSecond);
    }

    /// <summary>A duration with its unit: <c>500ms</c>, <c>1.5s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var m = DurationText().Match(text);
        if (!m.Success || !TryNumber(m.Groups[1].Value, out var amount)) { return false; }
        var unitMs = m.Groups[2].Value switch { "ms" => 1.0, "s" => 1e3, "m" => 60e3, _ => 3600e3 };
        var ms = amount * unitMs;
        if (ms > TimeSpan.MaxValue.TotalMilliseconds / 2) { return false; }
        value = TimeSpan.FromMilliseconds(ms);
        return ms == 0 || value > TimeSpan.Zero;
    }

    public static string Duration(TimeSpan value) => value switch
    {
        { Ticks: 0 } => "0s",
        _ when value.Ticks % TimeSpan.TicksPerHour == 0 => Invariant(value.TotalHours) + "h",
        _ when value.Ticks % TimeSpan.TicksPerMinute == 0 => Invariant(value.TotalMinutes) + "m",
        _ when value.Ticks >= TimeSpan.TicksPerSecond => Invariant(value.TotalSeconds) + "s",
        _ => Invariant(value.TotalMilliseconds) + "ms",
    };

    public static string Invariant(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>Makes a host name usable as an id: lower case, other characters to '-'.</summary>
    public static string CleanId(string name, string fallback)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var host = (dot > 0 ? name[..dot] : name).ToLowerInvariant();
        var clean = NotId().Replace(host, "-").Trim('-', '_');
        clean = clean.Length > 63 ? clean[..63] : clean;
        return IsId(clean) ? clean : fallback;
    }

    // \z instead of $: $ also matches before a final newline.
    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"^([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationText();

    [GeneratedRegex("[^a-z0-9_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotId();
}
