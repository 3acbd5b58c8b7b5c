using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Settings;

// Sizes and times of day.
internal static partial class Scalars
{
    private const long KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;

    /// <summary>A number of bytes with its unit: <c>512KiB</c>, <c>64MiB</c>, <c>2GiB</c>.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        bytes = 0;
        var m = SizeText().Match(text);
        if (!m.Success) { return false; }
        var unit = m.Groups[2].Value switch { "KiB" => KiB, "MiB" => MiB, _ => GiB };
        bytes = long.Parse(m.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        return true;
    }

    public static string Size(long bytes) => bytes switch
    {
        _ when bytes % GiB == 0 => Invariant(bytes / (double)GiB) + "GiB",
        _ when bytes % MiB == 0 => Invariant(bytes / (double)MiB) + "MiB",
        _ => Invariant(bytes / (double)KiB) + "KiB",
    };

    /// <summary>A time of day: <c>06:30</c>; <c>24:00</c> is the same as <c>00:00</c>.</summary>
    public static bool TryTimeOfDay(string text, out TimeSpan time)
    {
        time = default;
        if (text == "24:00") { return true; }
        if (!ClockText().IsMatch(text)) { return false; }
        time = new TimeSpan(int.Parse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture), 0);
        return true;
    }

    [GeneratedRegex(@"^([0-9]{1,7})(KiB|MiB|GiB)\z", RegexOptions.CultureInvariant)]
    private static partial Regex SizeText();

    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClockText();
}
