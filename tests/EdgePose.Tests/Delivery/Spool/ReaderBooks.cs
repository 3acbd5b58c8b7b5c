using System.Globalization;
using System.Text;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>What one reader of a spool was given through many lives of the process: what came out, how often, what was announced as lost.</summary>
internal sealed class ReaderBooks(string name)
{
    private readonly Dictionary<string, (uint Boot, long Sequence)> _arrived = [];

    public string Name { get; } = name;
    public SpoolReader Reader { get; private set; } = null!;

    /// <summary>Lowest number that it has to get.</summary>
    public long From { get; init; }

    /// <summary>Events in the order in which the sink took them, with repetitions.</summary>
    public List<SpoolRecord> Delivered { get; } = [];
    public List<SpoolRecord> HandedOut { get; } = [];
    public List<long> GapNumbers { get; } = [];
    public List<GapNotice> Gaps { get; } = [];

    /// <summary>Events that have come again since the latest crash.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Handed out, not yet answered.</summary>
    public List<SpoolRecord> Out { get; } = [];

    public void Open(DurableSpool spool) => Reader = spool.Reader(Name);

    public void Crashed()
    {
        Out.Clear();
        Duplicates = 0;
    }

    public void Take(int most = 32)
    {
        var taken = Reader.Take(most);
        Out.AddRange(taken);
        HandedOut.AddRange(taken.Where(r => r.Kind == RecordKind.Event));
    }

    public void Ack(int index)
    {
        var record = Out[index];
        Out.RemoveAt(index);
        Deliver(record);
        Assert.True(Reader.Ack(record.Sequence));
    }

    public void AckAll()
    {
        while (Out.Count > 0) { Ack(0); }
    }

    public static string Text(SpoolRecord record) => Encoding.UTF8.GetString(record.Payload.Span);

    /// <summary>True when a notice names the sequence, for that stream or for an unknown one.</summary>
    public bool IsAnnounced(string stream, long sequence) =>
        Gaps.Any(g => g.First <= sequence && sequence <= g.Last && (g.Stream.Length == 0 || g.Stream == stream));

    /// <summary>Whatever was accepted has arrived or is announced; streams kept their order.</summary>
    public void AssertBalance(IEnumerable<KeyValuePair<string, long>> accepted, bool inOrder = true)
    {
        var arrived = Delivered.Select(Text).ToHashSet();
        foreach (var (payload, sequence) in accepted.Where(a => a.Value >= From))
        {
            Assert.True(
                arrived.Contains(payload) || IsAnnounced(payload.Split('/')[0], sequence), $"{Name}: {payload} (sequence {sequence}) neither arrived nor was announced");
        }
        if (inOrder) { AssertOrderPerStream(); }
    }

    /// <summary>Whoever watches the numbers of a run sees each of them, or a notice that names it.</summary>
    public void AssertEveryNumberIsKnown(long upTo, long from = 1)
    {
        var seen = Delivered.Select(d => d.Sequence).Concat(GapNumbers).ToHashSet();
        for (var number = from; number <= upTo; number++)
        {
            Assert.True(
                seen.Contains(number) || Gaps.Any(g => g.First <= number && number <= g.Last), $"{Name}: number {number} of {upTo} neither came nor was named");
        }
    }

    /// <summary>Each stream comes out in the order of appending; what was out at a crash comes a second time.</summary>
    public void AssertOrderPerStream()
    {
        foreach (var stream in HandedOut.GroupBy(r => r.Stream))
        {
            var numbers = stream.Select(Text).Distinct().Select(t => int.Parse(t.Split('/')[1].TrimEnd('.'), CultureInfo.InvariantCulture)).ToList();
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
