namespace EdgePose.Delivery.Spool;

/// <summary>A reading of every clock at one moment, kept in the cursor file.</summary>
/// <param name="Seconds">Age clock of the spool.</param>
/// <param name="KernelBoot">The kernel's id of its boot; empty when unknown.</param>
/// <param name="MonotonicMs">Monotonic clock, comparable only within one boot of the kernel.</param>
/// <param name="WallMs">Wall clock, Unix milliseconds.</param>
/// <param name="WallIsSynced">Whether the wall clock was disciplined then.</param>
internal readonly record struct ClockReading(double Seconds, Guid KernelBoot, long MonotonicMs, long WallMs, bool WallIsSynced);

/// <summary>
/// The seconds that a spool knows to have passed since it was made: what ages are measured by, because no event may be thrown away when
/// a clock jumps. Within a run it follows the monotonic clock; over a restart of the process too, when the kernel is still the same;
/// over a reboot the wall clock, but only if that was synchronised before and is now. In doubt no time has passed, so that events are kept
/// longer, never shorter. It does not run backwards.
/// </summary>
internal sealed class SpoolClock
{
    private readonly TimeProvider _time;
    private readonly Func<bool> _wallIsSynced;
    private readonly Guid _kernelBoot;
    private readonly Lock _gate = new();
    private readonly long _opened;
    private double _base;
    private ClockReading? _beforeReboot;

    public SpoolClock(TimeProvider time, Guid kernelBoot, Func<bool> wallIsSynced, ClockReading? last, double newestRecord)
    {
        (_time, _wallIsSynced, _kernelBoot, _opened) = (time, wallIsSynced, kernelBoot, time.GetTimestamp());
        _base = newestRecord;
        if (last is not { } then) { return; }
        _base = Math.Max(_base, then.Seconds);
        if (then.KernelBoot == kernelBoot && kernelBoot != Guid.Empty)
        {
            _base = Math.Max(_base, then.Seconds + Math.Max(0, MonotonicMs - then.MonotonicMs) / 1e3);
        }
        else if (then.WallIsSynced) { _beforeReboot = then; }
    }

    private long MonotonicMs => (long)(_time.GetTimestamp() * 1e3 / _time.TimestampFrequency);

    public double Seconds
    {
        get
        {
            lock (_gate)
            {
                var running = _time.GetElapsedTime(_opened).TotalSeconds;
                if (_beforeReboot is { } then && _wallIsSynced())
                {
                    // Time off is known at last: what the wall clock says, less what this run has measured itself.
                    _base = Math.Max(_base, then.Seconds + (WallMs - then.WallMs) / 1e3 - running);
                    _beforeReboot = null;
                }
                return _base + running;
            }
        }
    }

    private long WallMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whole seconds for a record.</summary>
    public uint Stamp => (uint)Math.Clamp(Seconds, 0, uint.MaxValue);

    /// <summary>What the wall clock would have shown at a stamp, by what it shows now.</summary>
    public long WallOf(uint stamp) => WallMs - (long)(Math.Max(0, Seconds - stamp) * 1e3);

    public ClockReading Read() => new(Seconds, _kernelBoot, MonotonicMs, WallMs, _wallIsSynced());

    /// <summary>The kernel's id of its boot; empty where the file is not readable.</summary>
    public static Guid ReadKernelBoot()
    {
        const string path = "/proc/sys/kernel/random/boot_id";
        try { return Guid.TryParse(File.ReadAllText(path).Trim(), out var id) ? id : Guid.Empty; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it each restart of the process counts as a reboot.
            return Guid.Empty;
        }
    }
}
