using System.Globalization;

namespace EdgePose.Workshop.Bench;

/// <summary>Processor time and memory of this process and of its ffmpeg children, between <see cref="Start"/> and <see cref="Stop"/>.</summary>
internal sealed class MachineMeter(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Linux reports the time of processes in hundredths of a second on every architecture.</summary>
    private const double TicksPerSecond = 100;

    private readonly PowerMeter? _power = PowerMeter.TryOpen();
    private ITimer? _sampling;
    private TimeSpan _cpu;
    private double _children;
    private long _peak, _start;

    public double Seconds { get; private set; }

    /// <summary>Processor seconds of this process.</summary>
    public double CpuSeconds { get; private set; }

    /// <summary>Processor seconds of the children.</summary>
    public double ChildCpuSeconds { get; private set; }
    public MemoryUse Memory { get; private set; } = new(0, 0, 0);

    /// <summary>Null where no sensor can be read.</summary>
    public double? Watts { get; private set; }

    public void Start()
    {
        (_cpu, _children, _start, _peak) = (Environment.CpuUsage.TotalTime, Children().Cpu, time.GetTimestamp(), Environment.WorkingSet);
        _power?.Start();
        _sampling = time.CreateTimer(_ => Sample(), null, SampleInterval, SampleInterval);
    }

    public void Stop()
    {
        _sampling?.Dispose();
        Sample();
        var children = Children();
        Seconds = time.GetElapsedTime(_start).TotalSeconds;
        CpuSeconds = (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds;
        ChildCpuSeconds = Math.Max(0, children.Cpu - _children);
        var end = Environment.WorkingSet;
        Memory = new MemoryUse(Math.Max(end, Interlocked.Read(ref _peak)), end, children.Rss);
        Watts = _power?.Watts(Seconds);
    }

    private void Sample()
    {
        var now = Environment.WorkingSet;
        if (now > Interlocked.Read(ref _peak)) { Interlocked.Exchange(ref _peak, now); }
        _power?.Sample();
    }

    /// <summary>Processor seconds and resident bytes of the living children of this process.</summary>
    public static (double Cpu, long Rss) Children()
    {
        var (cpu, rss) = (0.0, 0L);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(folder["/proc/".Length]) || Read(folder) is not { } child) { continue; }
            cpu += child.Cpu;
            rss += child.Rss;
        }
        return (cpu, rss);
    }

    private static (double Cpu, long Rss)? Read(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            // The name in parentheses may hold anything; after it come state, parent, …, utime (12th), stime (13th), …, rss in pages (22nd).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (Number(fields[1]) != Environment.ProcessId) { return null; }
            return ((Number(fields[11]) + Number(fields[12])) / TicksPerSecond, Number(fields[21]) * Environment.SystemPageSize);
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
        catch (UnauthorizedAccessException)
        {
            return null; // somebody else's, under hidepid
        }
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public void Dispose() => _sampling?.Dispose();
}
