using System.Buffers;
using System.Text.Json;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt.Commands;

namespace EdgePose.Sinks.Mqtt;

// What comes in: commands, and Home Assistant's word that it wants to be told again.
internal sealed partial class Publisher
{
    public const string SnapshotState = "snapshot-state", Reload = "reload";

    private readonly Dictionary<string, RetainedTopic> _announced = new(StringComparer.Ordinal);
    private Discovery? _discovery;
    private CommandDesk? _desk;

    /// <summary>Somebody who may do so asks for a reload; raised on the command task.</summary>
    public event Action? ReloadRequested;

    /// <summary>Commands carried out, refused, and dropped for want of room.</summary>
    public (long Executed, long Errors, long Dropped) Commands => _desk is { } d ? (d.Executed, d.Errors, d.Dropped) : default;

    /// <summary>Tells Home Assistant of these streams and makes it forget those announced before and not now. Without discovery it does nothing.</summary>
    public void Announce(string version, IReadOnlyList<Announcement> streams)
    {
        if (_options.DiscoveryPrefix.Length == 0) { return; }
        lock (_gate)
        {
            _discovery = new Discovery(_options.DiscoveryPrefix, _options.Node, version, _topics);
            foreach (var (id, topic) in _announced)
            {
                if (streams.All(s => s.Stream != id)) { topic.Clear(); }
            }
            foreach (var stream in streams) { Announced(stream.Stream).Set(_discovery.Document(stream), urgent: true); }
        }
        Signal();
    }

    /// <summary>People whose feet are in a zone.</summary>
    public void SetZone(string stream, string zone, int people)
    {
        Span<byte> text = stackalloc byte[11];
        System.Buffers.Text.Utf8Formatter.TryFormat(people, text, out var length);
        var output = Stream(stream);
        lock (_gate)
        {
            if (output.Zone(zone, out var topic)) { _retained.Add(topic); }
            topic.Set(text[..length], urgent: true);
        }
        Signal();
    }

    /// <summary>Clears the topic of a zone that the configuration no longer has, also of one that only an earlier publisher knew.</summary>
    public void RemoveZone(string stream, string zone)
    {
        var output = Stream(stream);
        lock (_gate)
        {
            if (output.Zone(zone, out var topic)) { _retained.Add(topic); }
            topic.Clear();
        }
        Signal();
    }

    /// <summary>Home Assistant forgets a stream, also one that only an earlier publisher announced.</summary>
    private void Forget(string stream)
    {
        if (_options.DiscoveryPrefix.Length == 0) { return; }
        Announced(stream).Clear();
        _announced.Remove(stream);
    }

    private RetainedTopic Announced(string stream)
    {
        if (_announced.TryGetValue(stream, out var known)) { return known; }
        var name = Discovery.Topic(_options.DiscoveryPrefix, _options.Node, stream);
        var topic = new RetainedTopic(name, MqttQos.AtLeastOnce, Payloads.Json("homeassistant", null) with { User = [] }, TimeSpan.Zero);
        _announced.Add(stream, topic);
        _retained.Add(topic);
        return topic;
    }

    private void StartControl()
    {
        _transport.MessageReceived += OnMessage;
        if (_options.Commands.Count == 0) { return; }
        _desk = new CommandDesk(
            new CommandParser(_topics, _options.Commands), Execute, m => _transport.PublishAsync(m), _time, _logger);
    }

    /// <summary>A subscription lives as long as the connection.</summary>
    private void Subscribe()
    {
        if (_desk is not null) { _ = SubscribeAsync(_topics.CommandFilter); }
        if (_options.DiscoveryPrefix.Length > 0) { _ = SubscribeAsync($"{_options.DiscoveryPrefix}/status"); }
    }

    private async Task SubscribeAsync(string filter)
    {
        var result = await _transport.SubscribeAsync(filter, MqttQos.AtLeastOnce).ConfigureAwait(false);
        if (result.Outcome is PublishOutcome.Refused or PublishOutcome.Invalid) { NotTaken(filter, result); }
    }

    private void OnMessage(MqttMessage message)
    {
        if (_discovery is { } discovery && message.Topic == discovery.StatusTopic)
        {
            // A retained "online" is what it said before we came; the connect has sent everything already.
            if (message.Retain || !message.Payload.Span.SequenceEqual("online"u8)) { return; }
            lock (_gate)
            {
                foreach (var topic in _announced.Values) { topic.Resend(); }
            }
            Signal();
            return;
        }
        _desk?.Receive(message);
    }

    private CommandReply Execute(string name)
    {
        switch (name)
        {
            case SnapshotState: return CommandReply.Ok(Snapshot());
            case Reload:
                ReloadRequested?.Invoke();
                return CommandReply.Ok("""{"reload":"started"}"""u8.ToArray());
            default: return CommandReply.Refused("unknown command");
        }
    }

    /// <summary>The retained documents of this moment in one: what a new subscriber would see, without being one.</summary>
    private ReadOnlyMemory<byte> Snapshot()
    {
        var body = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        lock (_gate)
        {
            RenderStatus(urgent: false);
            Write(json, "info"u8, _info);
            Write(json, "status"u8, _status);
            json.WriteStartObject("streams"u8);
            foreach (var (id, stream) in _streams) { Write(json, System.Text.Encoding.UTF8.GetBytes(id), stream.State); }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, RetainedTopic topic)
    {
        if (topic.Payload.IsEmpty) { return; }
        json.WritePropertyName(name);
        json.WriteRawValue(topic.Payload.Span, skipInputValidation: true);
    }

    private async Task StopControlAsync()
    {
        _transport.MessageReceived -= OnMessage;
        if (_desk is { } desk) { await desk.DisposeAsync().ConfigureAwait(false); }
    }
}
