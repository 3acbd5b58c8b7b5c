using System.Runtime.InteropServices;

namespace EdgePose.Service;

/// <summary>Whether the kernel's clock is disciplined by NTP, as adjtimex reports it; asked at most every ten seconds.</summary>
internal sealed partial class ClockState(TimeProvider time)
{
    private const int TimeError = 5;

    /// <summary>Larger than struct timex on every Linux ABI.</summary>
    private const int TimexBytes = 512;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _askedAt;
    private bool _synced;

    public bool IsSynced
    {
        get
        {
            lock (_gate)
            {
                if (_askedAt == 0 || time.GetElapsedTime(_askedAt) > Refresh)
                {
                    (_synced, _askedAt) = (Ask(), time.GetTimestamp());
                }
                return _synced;
            }
        }
    }

    private static bool Ask()
    {
        // modes = 0 in the zeroed structure: read only.
        Span<byte> timex = stackalloc byte[TimexBytes];
        timex.Clear();
        var state = AdjTimex(ref MemoryMarshal.GetReference(timex));
        return state is >= 0 and not TimeError;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjTimex(ref byte timex);
}
