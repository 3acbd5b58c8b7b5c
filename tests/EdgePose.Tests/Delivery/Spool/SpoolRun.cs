using System.Text;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>
/// One folder through many lives of the process, and the books over it: what was accepted, what came out, what was announced as lost. The
/// spool's thread does not run; the test turns the wheel.
/// </summary>
internal sealed class SpoolRun
{
    public const string Folder = "/spool";
    private readonly Dictionary<string, int> _numbers = [];
    private bool _isDark;
    public SpoolRun(FaultyDisk? disk = null, SpoolSettings? options = null)
    {
        Disk = disk ?? new FaultyDisk();
        Options = options ?? new SpoolSettings { Folder = Folder, KernelBoot = Guid.NewGuid() };
        Readers = [.. Options.Readers.Select(r => new ReaderBooks(r))];
    }

    public FaultyDisk Disk { get; }
    public SpoolSettings Options { get; set; }
    public FakeTimeProvider Time { get; } = new();
    public bool ClockIsSynced { get; set; } = true;
    public DurableSpool Spool { get; private set; } = null!;

    /// <summary>Of every reader; most tests have one.</summary>
    public List<ReaderBooks> Readers { get; }
    public ReaderBooks First => Readers[0];
    public SpoolReader Reader => First.Reader;

    /// <summary>Accepted on disk: number by payload, in the order of acceptance. Payloads are <c>stream/number</c>.</summary>
    public Dictionary<string, long> Accepted { get; } = [];

    /// <summary>Sequences of what memory alone had when it was accepted.</summary>
    public Dictionary<string, long> Volatile { get; } = [];

    // Of the first reader.
    public List<SpoolRecord> Delivered => First.Delivered;
    public List<GapNotice> Gaps => First.Gaps;
    public int Duplicates => First.Duplicates;
    public List<SpoolRecord> Out => First.Out;

    public SpoolRun Open()
    {
        Spool = DurableSpool.Create(Options, Disk, Time, () => ClockIsSynced, NullLogger.Instance);
        foreach (var reader in Readers) { reader.Open(Spool); }
        if (_isDark) { throw new PowerLost(); }
        return this;
    }

    /// <summary>To be thrown out of whatever runs: without power nothing runs on.</summary>
    public sealed class PowerLost : Exception;

    /// <summary>From within an operation of the disk: it and all later ones fail, and nothing runs on, whatever the spool makes of the exception.</summary>
    public void LoseThePower()
    {
        _isDark = true;
        Disk.Before = static (_, _) => throw new PowerLost();
        throw new PowerLost();
    }

    public void PowerIsBack() => (_isDark, Disk.Before) = (false, null);

    /// <summary>Appends one event and does not wait for the disk.</summary>
    public (string Payload, AppendTicket Ticket) Post(string stream, int size = 0)
    {
        _numbers[stream] = _numbers.GetValueOrDefault(stream) + 1;
        var payload = $"{stream}/{_numbers[stream]}".PadRight(size, '.');
        return (payload, Spool.Append(stream, Time.GetUtcNow(), Encoding.UTF8.GetBytes(payload)));
    }

    public void Append(string stream, int count = 1, int size = 0)
    {
        var posted = Enumerable.Range(0, count).Select(_ => Post(stream, size)).ToList();
        RunOnce();
        posted.ForEach(Book);
    }

    /// <summary>Enters an append whose outcome is known now.</summary>
    public void Book((string Payload, AppendTicket Ticket) posted)
    {
        switch (Outcome(posted.Ticket))
        {
            case AppendOutcome.Durable: Accepted.Add(posted.Payload, posted.Ticket.Sequence); break;
            case AppendOutcome.Volatile: Volatile.Add(posted.Payload, posted.Ticket.Sequence); break;
            default: break;
        }
    }

    /// <summary>What became of an append; null while it waits for the disk.</summary>
    public static AppendOutcome? Outcome(AppendTicket ticket) => ticket.Completed.IsCompleted ? ticket.Completed.Result : null;

    public void RunOnce()
    {
        Spool.RunOnce(hurry: true);
        if (_isDark) { throw new PowerLost(); }
    }

    public void Take(int most = 32) => First.Take(most);

    public void Ack(int index) => First.Ack(index);

    /// <summary>The sinks take everything that there is.</summary>
    public void Drain() => Drain([.. Readers]);

    public void Drain(params ReaderBooks[] readers)
    {
        for (var idle = 0; idle < 3;)
        {
            var isIdle = true;
            foreach (var reader in readers)
            {
                reader.Take();
                isIdle &= reader.Out.Count == 0;
                reader.AckAll();
            }
            idle = isIdle ? idle + 1 : 0;
            RunOnce();
        }
    }

    /// <summary>The process is gone. What was out or acknowledged without the cursor may come again.</summary>
    public void Crash(Action<FaultyDisk> how)
    {
        how(Disk);
        Readers.ForEach(r => r.Crashed());
    }

    public async Task CloseAsync()
    {
        await Spool.DisposeAsync();
        Readers.ForEach(r => r.Out.Clear());
    }

    /// <summary>Highest number that was accepted.</summary>
    public long LastNumber => Accepted.Values.Concat(Volatile.Values).DefaultIfEmpty(0).Max();

    public static string Text(SpoolRecord record) => ReaderBooks.Text(record);

    /// <summary>True when a notice to the first reader names the sequence.</summary>
    public bool IsAnnounced(string stream, long sequence) => First.IsAnnounced(stream, sequence);

    /// <summary>Whatever was accepted has arrived at every reader or is announced to it; streams kept their order.</summary>
    public void AssertBooksBalance(bool inOrder = true) => Readers.ForEach(r => r.AssertBalance(Accepted, inOrder));

    public void AssertEveryNumberIsKnown(long upTo) => Readers.ForEach(r => r.AssertEveryNumberIsKnown(upTo));

    public void AssertOrderPerStream() => Readers.ForEach(r => r.AssertOrderPerStream());
}
