using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace EdgePose.Loops;

/// <summary>
/// Where an exception ends that nobody foresaw: it is counted and logged, at most one line a second, and costs the work that threw it, never
/// the loop or the thread around it. One per sink, stream, spool and the like; it knows the loops of its owner.
/// </summary>
/// <param name="owner">Whose work it is, for the log.</param>
/// <param name="time">For the limit of lines.</param>
/// <param name="logger">Where the lines go.</param>
internal sealed partial class Supervision(string owner, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private SupervisedLoop[] _loops = [];
    private long _faults, _unlogged, _logged = long.MinValue;

    /// <summary>Exceptions so far.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Those among them whose line could not be written.</summary>
    public long Unlogged => Interlocked.Read(ref _unlogged);

    /// <summary>Those that are in use.</summary>
    public IReadOnlyList<SupervisedLoop> Loops => Volatile.Read(ref _loops);

    /// <summary>What is wrong, a sentence each: loops that fail again and again.</summary>
    public IEnumerable<string> Problems => Loops.Where(static l => l.IsFailing).Select(l => $"{owner}: {l.Name} fails again and again, the log says why");

    internal void Join(SupervisedLoop loop)
    {
        lock (_gate) { Volatile.Write(ref _loops, [.. _loops, loop]); }
    }

    internal void Leave(SupervisedLoop loop)
    {
        lock (_gate) { Volatile.Write(ref _loops, [.. _loops.Where(l => l != loop)]); }
    }

    /// <summary>A timer whose work may throw: elsewhere that would end the process.</summary>
    public ITimer NewTimer(string work, Action action, TimeSpan due, TimeSpan period) =>
        time.CreateTimer(_ => Guard(work, action), null, due, period);

    public void Note(string work, Exception exception)
    {
        var count = Interlocked.Increment(ref _faults);
        var (now, last) = (time.GetTimestamp(), Interlocked.Read(ref _logged));
        if (last != long.MinValue && time.GetElapsedTime(last, now) < LogInterval) { return; }
        Interlocked.Exchange(ref _logged, now);
        Log(work, count, exception);
    }

    // A logger that throws must not end what it was to tell of.
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the supervisor.")]
    private void Log(string work, long count, Exception exception)
    {
        try { Fault(logger, owner, work, count, exception); }
        catch (Exception) { Interlocked.Increment(ref _unlogged); }
    }

    /// <summary>Runs a piece of work whose caller must not be hit by its exceptions, such as a transport's thread.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary itself.")]
    public bool Guard(string work, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e)
        {
            Note(work, e);
            return false;
        }
    }

    [LoggerMessage(450, LogLevel.Error, "{Owner}: {Work} failed and goes on ({Count} faults so far)")]
    private static partial void Fault(ILogger logger, string owner, string work, long count, Exception exception);
}
