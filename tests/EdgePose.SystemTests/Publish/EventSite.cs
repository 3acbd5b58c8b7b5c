using System.Text.Json;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.SystemTests.Publish;

/// <summary>The product's spool, publisher and transport in this process, with a folder of its own.</summary>
internal sealed class EventSite : IAsyncDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("edgepose-events-").FullName;

    public EventSite(MqttSettings options, string? folder = null, long maxBytes = 256 << 20, double maxRate = 0)
    {
        Spool = DurableSpool.Open(
            new SpoolSettings { Folder = folder ?? _temporary, MaxBytes = maxBytes }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);
        Publisher = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "source", MaxRate = maxRate, Spool = Spool },
            new MqttTransport(options, TimeProvider.System, NullLogger<MqttTransport>.Instance), TimeProvider.System, NullLogger<Publication>.Instance, () => true, s => s);
        Publisher.Start();
    }

    public DurableSpool Spool { get; }
    public Publication Publisher { get; }

    public AppendTicket Raise(string stream, string reason) => Publisher.Event(
        new PoseEvent
        {
            Stream = stream, Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"{stream}/door/{reason}", Rule = "door",
            Time = DateTimeOffset.UtcNow, Microseconds = 0, Reason = reason,
        }, null);

    public static (string Stream, string Reason, string Type, long Seq) Read(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        var root = json.RootElement;
        return (root.GetProperty("stream").GetString()!, root.GetProperty("reason").GetString()!, root.GetProperty("type").GetString()!, root.GetProperty("seq").GetInt64());
    }

    public Task UntilAsync(Func<bool> condition, string otherwise) =>
        Tools.UntilAsync(() => Task.FromResult(condition()), () => $"{otherwise}; broker {Publisher.Broker}, spool {Spool.Stats()}", TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await Spool.DisposeAsync();
        Directory.Delete(_temporary, recursive: true);
    }
}
