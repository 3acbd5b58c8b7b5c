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
    private readonly Dictionary<string, (uint Boot, long Sequence)> _arrived = [];

    public SpoolRun(FaultyDisk? disk = null, SpoolSettings? options = null)
    {
        Disk = disk ?? new FaultyDisk();
        Options = options ?? new SpoolSettings { Folder = Folder, KernelBoot = Guid.NewGuid() };
    }

    public FaultyDisk Disk { get; }
    public SpoolSettings Options { get; set; }
    public FakeTimeProvider Time { get; } = new();
    public bool ClockIsSynced { get; set; } = true;
    public DurableSpool Spool { get; private set; } = null!;

    /// <summary>Accepted on disk: number by payload, in the order of acceptance. Payloads are <c>stream/number</c>.</summary>
    public Dictionary<string, long> Accepted { get; } = [];

    /// <summary>Sequences of what memory alone had when it was accepted.</summary>
    public Dictionary<string, long> Volatile { get; } = [];

    /// <summary>Events in the order in which the broker took them, with repetitions.</summary>
    public List<SpoolRecord> Delivered { get; } = [];
    public List<SpoolRecord> HandedOut { get; } = [];
    public List<long> GapNumbers { get; } = [];
    public List<GapNotice> Gaps { get; } = [];

    /// <summary>Events that have come again since the latest crash.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Handed out, not yet answered.</summary>
    public List<SpoolRecord> Out { get; } = [];
    public HashSet<string> Rejected { get; } = [];

    public SpoolRun Open()
    {
        Spool = DurableSpool.Create(Options, Disk, Time, () => ClockIsSynced, NullLogger.Instance);
        return this;
    }

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
        Turn();
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

    public void Turn() => Spool.Turn(hurry: true);

    public void Take(int most = 32)
    {
        var taken = Spool.Take(most);
        Out.AddRange(taken);
        HandedOut.AddRange(taken.Where(r => r.Kind == RecordKind.Event));
    }

    public void Ack(int index)
    {
        var record = Out[index];
        Out.RemoveAt(index);
        Deliver(record);
        Assert.True(Spool.Ack(record.Sequence));
    }

    /// <summary>The broker takes everything that there is.</summary>
    public void Drain()
    {
        for (var idle = 0; idle < 3;)
        {
            Take();
            idle = Out.Count == 0 ? idle + 1 : 0;
            while (Out.Count > 0) { Ack(0); }
            Turn();
        }
    }

    /// <summary>The process is gone. What was out or acknowledged without the cursor may come again.</summary>
    public void Crash(Action<FaultyDisk> how)
    {
        how(Disk);
        Out.Clear();
        Duplicates = 0;
    }

    public async Task CloseAsync()
    {
        await Spool.DisposeAsync();
        Out.Clear();
    }

    public static string Text(SpoolRecord record) => Encoding.UTF8.GetString(record.Payload.Span);

    /// <summary>True when a notice names the sequence, for that stream or for an unknown one.</summary>
    public bool IsAnnounced(string stream, long sequence) =>
        Gaps.Any(g => g.First <= sequence && sequence <= g.Last && (g.Stream.Length == 0 || g.Stream == stream));

    /// <summary>Whatever was accepted has arrived or is announced; whatever arrived is what was accepted; streams kept their order.</summary>
    public void AssertBooksBalance(bool inOrder = true)
    {
        var arrived = Delivered.Select(Text).ToHashSet();
        foreach (var (payload, sequence) in Accepted)
        {
            Assert.True(arrived.Contains(payload) || IsAnnounced(payload.Split('/')[0], sequence), $"{payload} (sequence {sequence}) neither arrived nor was announced");
        }
        if (inOrder) { AssertOrderPerStream(); }
    }

    /// <summary>Whoever watches the numbers of a run sees each of them, or a notice that names it.</summary>
    public void AssertEveryNumberIsKnown(long upTo)
    {
        var seen = Delivered.Select(d => d.Sequence).Concat(GapNumbers).ToHashSet();
        for (var number = 1L; number <= upTo; number++)
        {
            Assert.True(seen.Contains(number) || Gaps.Any(g => g.First <= number && number <= g.Last), $"number {number} of {upTo} neither came nor was named");
        }
    }

    /// <summary>Each stream comes out in the order of appending; what was out at a crash comes a second time.</summary>
    public void AssertOrderPerStream()
    {
        foreach (var stream in HandedOut.GroupBy(r => r.Stream))
        {
            var numbers = stream.Select(Text).Distinct().Select(t => int.Parse(t.Split('/')[1].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    private void Deliver(SpoolRecord record)
    {
        if (record.Kind == RecordKind.Gap)
        {
            Gaps.Add(record.Gap!);
            GapNumbers.Add(record.Sequence);
            return;
        }
        Delivered.Add(record);
        if (_arrived.TryAdd(Text(record), (record.Boot, record.Sequence))) { return; }
        Duplicates++;
        Assert.Equal(_arrived[Text(record)], (record.Boot, record.Sequence));
    }
}
