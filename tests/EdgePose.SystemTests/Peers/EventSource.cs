using System.Diagnostics;
using System.Globalization;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Peers;

/// <summary>
/// A process that does with events what the daemon does, without cameras, so that thousands of them can be raised and the process killed at any
/// moment: the product's own spool, publisher and transport. Writes <c>boot seq</c> to its output for each event that the spool has accepted
/// as durable, and <c>empty</c> when nothing waits any more.
/// </summary>
internal sealed class EventSource : IAsyncDisposable
{
    private readonly HashSet<string> _accepted = new(StringComparer.Ordinal);
    private readonly Process _process;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _raising = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private EventSource(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Ids of the events that were accepted for sure.</summary>
    public IReadOnlyCollection<string> Accepted { get { lock (_accepted) { return [.. _accepted]; } } }

    public static EventSource Start(string folder, int port, int perSecond, int most)
    {
        var start = Tools.Role(["event-source", folder, .. new[] { port, perSecond, most }.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        return new EventSource(Process.Start(start)!);
    }

    public async Task KillAsync()
    {
        if (!_process.HasExited) { _process.Kill(); }
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Waits for the first event of this process.</summary>
    public Task RaisingAsync() => _raising.Task.WaitAsync(Tools.Patience);

    public Task EmptyAsync(TimeSpan patience) => _empty.Task.WaitAsync(patience);

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "empty") { _empty.TrySetResult(); }
            // The last line before a kill may be cut: whole ones end with a point.
            else if (line.EndsWith('.'))
            {
                lock (_accepted) { _accepted.Add(line[..^1]); }
                _raising.TrySetResult();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    /// <summary>The process itself.</summary>
    public static async Task RunAsync(string folder, int port, int perSecond, int most)
    {
        await using var spool = DurableSpool.Open(new SpoolSettings { Folder = folder }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);
        var options = new MqttSettings { Host = "127.0.0.1", Port = port, ClientId = "edgepose-source", BackoffMin = TimeSpan.FromMilliseconds(100) };
        await using var publisher = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "source", MaxRate = 0, Spool = spool },
            new MqttTransport(options, TimeProvider.System, NullLogger<MqttTransport>.Instance), TimeProvider.System, NullLogger<Publication>.Instance, () => true, s => s);
        publisher.Start();
        var boot = EventStamp.BootText(spool.Stats().Boot);
        var watch = Stopwatch.StartNew();
        using var output = Console.OpenStandardOutput();
        for (var n = 0; n < most; n++)
        {
            var ahead = TimeSpan.FromSeconds(n / (double)perSecond) - watch.Elapsed;
            if (ahead > TimeSpan.FromMilliseconds(2)) { await Task.Delay(ahead); }
            var (sequence, completed) = publisher.Event(Sample(n), null);
            _ = TellAsync(output, $"source/{boot}/s{n % 4}/{sequence:D6}", completed);
        }
        while (spool.Stats().Depth > 0 || publisher.EventCounts.Published == 0 && most > 0) { await Task.Delay(20); }
        output.Write("empty\n"u8);
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task TellAsync(Stream output, string id, Task<AppendOutcome> completed)
    {
        if (await completed != AppendOutcome.Durable) { return; }
        lock (output) { output.Write(System.Text.Encoding.ASCII.GetBytes($"{id}.\n")); }
    }

    private static PoseEvent Sample(int n) => new()
    {
        Stream = $"s{n % 4}", Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"s{n % 4}/door/{n}/{Stopwatch.GetTimestamp()}", Rule = "door",
        Time = DateTimeOffset.UtcNow, Microseconds = n, Reason = "crossed the line", Track = n, Line = "door", Direction = "left_to_right",
        Score = 0.9f, Box = new Box(0.1f, 0.1f, 0.2f, 0.6f), Skeleton = Skeletons.Get("coco17"),
        Points = [.. Enumerable.Repeat(new Keypoint(0.15f, 0.3f, 0.9f), 17)],
    };
}
