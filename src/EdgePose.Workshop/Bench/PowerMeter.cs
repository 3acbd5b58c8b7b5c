using System.Globalization;

namespace EdgePose.Workshop.Bench;

/// <summary>
/// The machine's power from what Linux offers: the energy counters of the processor packages (powercap, microjoule), or else the largest
/// power sensor (hwmon, microwatt), which on boards is the one of the whole input. Where nothing can be read there is no meter.
/// </summary>
internal sealed class PowerMeter
{
    private readonly IReadOnlyList<string> _energy, _power;
    private readonly List<long> _samples = [];
    private long _first;

    private PowerMeter(IReadOnlyList<string> energy, IReadOnlyList<string> power) => (_energy, _power) = (energy, power);

    public static PowerMeter? TryOpen(string root = "/sys/class")
    {
        List<string> energy = [.. Files(Path.Combine(root, "powercap"), "energy_uj").Where(f => Path.GetFileName(Path.GetDirectoryName(f))!.Count(c => c == ':') == 1)];
        List<string> power = [.. Files(Path.Combine(root, "hwmon"), "power1_input"), .. Files(Path.Combine(root, "hwmon"), "power1_average")];
        (energy, power) = ([.. energy.Where(f => Read(f) is not null)], [.. power.Where(f => Read(f) is not null)]);
        return energy.Count + power.Count > 0 ? new PowerMeter(energy, power) : null;
    }

    public void Start()
    {
        _samples.Clear();
        _first = Energy();
    }

    public void Sample()
    {
        if (_energy.Count == 0) { _samples.Add(_power.Max(f => Read(f) ?? 0)); }
    }

    /// <summary>Mean watts since <see cref="Start"/>; null when the counters have begun anew meanwhile.</summary>
    public double? Watts(double seconds)
    {
        if (_energy.Count == 0) { return _samples.Count == 0 ? null : _samples.Average() / 1e6; }
        var joules = (Energy() - _first) / 1e6;
        return joules > 0 && seconds > 0 ? joules / seconds : null;
    }

    private long Energy() => _energy.Sum(f => Read(f) ?? 0);

    private static IEnumerable<string> Files(string folder, string name) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(d => Path.Combine(d, name)).Where(File.Exists) : [];

    private static long? Read(string file)
    {
        try { return long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // root only, on most systems
        }
    }
}
