using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgePose.Settings.Sections;

internal static partial class SpoolSection
{
    private const long Smallest = 1L << 20, Largest = 4L << 30;
    private const string DefaultSize = "256MiB";

    public static SpoolConfig Read(Section s)
    {
        var config = new SpoolConfig
        {
            Folder = s.File("folder"),
            MaxBytes = Bytes(s.Text("max_size", DefaultSize, t => Bytes(t) is >= Smallest and <= Largest ? null : "1MiB–4GiB with its unit (KiB, MiB, GiB)")),
            MaxAge = s.Duration("max_age", TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
        };
        s.Done();
        return config;
    }

    /// <summary>The bytes of a size with its binary unit; 0 when it is none.</summary>
    private static long Bytes(string text)
    {
        var m = SizeText().Match(text);
        if (!m.Success) { return 0; }
        var unit = m.Groups[2].Value switch { "KiB" => 10, "MiB" => 20, _ => 30 };
        return long.Parse(m.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture) << unit;
    }

    [GeneratedRegex(@"^([0-9]{1,7})(KiB|MiB|GiB)\z", RegexOptions.CultureInvariant)]
    private static partial Regex SizeText();
}
