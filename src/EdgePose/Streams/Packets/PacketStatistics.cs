namespace EdgePose.Streams.Packets;

/// <summary>What the compressed pictures of a source tell about it. Filled by the tap's thread, read by anyone.</summary>
internal sealed class PacketStatistics(TimeProvider time)
{
    /// <summary>Ten minutes at 60 pictures a second; later ones are not looked at.</summary>
    private const int Most = 36_000;

    /// <summary>Servers send what they have stored at once in the beginning: not the rate of the source.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<(long Arrival, Packet Packet)> _packets = [];

    public void Add(Packet packet)
    {
        lock (_gate)
        {
            if (_packets.Count < Most) { _packets.Add((time.GetTimestamp(), packet)); }
        }
    }

    public PacketSummary Summarise()
    {
        (long Arrival, Packet Packet)[] all;
        lock (_gate) { all = [.. _packets]; }
        if (all.Length < 2) { return new PacketSummary { Count = all.Length }; }
        var steady = all.Where(p => time.GetElapsedTime(all[0].Arrival, p.Arrival) >= Burst).ToArray();
        var seconds = steady.Length < 2 ? 0 : time.GetElapsedTime(steady[0].Arrival, steady[^1].Arrival).TotalSeconds;
        var keys = Enumerable.Range(0, all.Length).Where(i => all[i].Packet.IsKey).ToArray();
        var groups = keys.Zip(keys.Skip(1), static (a, b) => b - a).Order().ToArray();
        return new PacketSummary
        {
            Count = all.Length,
            Fps = seconds > 0 ? (steady.Length - 1) / seconds : 0,
            BitsPerSecond = seconds > 0 ? steady.Skip(1).Sum(static p => 8.0 * p.Packet.Bytes) / seconds : 0,
            GroupOfPictures = groups.Length == 0 ? 0 : groups[groups.Length / 2],
            KeyPictures = keys.Length,
            JitterMs = Jitter(steady),
        };
    }

    /// <summary>
    /// How much later than the earliest a picture comes, 95th percentile: arrival minus presentation time, of which the smallest is taken for
    /// undelayed.
    /// </summary>
    private double Jitter((long Arrival, Packet Packet)[] packets)
    {
        if (packets.Length < 2) { return 0; }
        var delays = packets.Select(p => time.GetElapsedTime(packets[0].Arrival, p.Arrival).TotalMilliseconds - ((p.Packet.Seconds - packets[0].Packet.Seconds) * 1000)).Order().ToArray();
        return delays[(int)(0.95 * (delays.Length - 1))] - delays[0];
    }
}

/// <summary>Figures over the time of a measurement; 0 where there were too few pictures.</summary>
internal sealed record PacketSummary
{
    public required int Count { get; init; }
    public double Fps { get; init; }
    public double BitsPerSecond { get; init; }

    /// <summary>Median number of pictures from one key picture to the next; 0 when fewer than two came.</summary>
    public int GroupOfPictures { get; init; }
    public int KeyPictures { get; init; }
    public double JitterMs { get; init; }
}
