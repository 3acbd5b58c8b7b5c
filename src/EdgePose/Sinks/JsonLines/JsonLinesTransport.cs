using System.Buffers;
using System.Text.Json;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// Writes each message as one JSON line <c>{"topic":…,"qos":…,"retain":…,"payload":…}</c> instead of sending it. A payload that is JSON
/// is embedded as it is, any other as a string. A closed output (such as <c>| head</c>) ends in <see cref="BrokerState.Closed"/> with a reason.
/// </summary>
internal sealed class JsonLinesTransport(Stream output) : IMqttTransport
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null);

    public BrokerStatus Status { get; private set; } = BrokerStatus.Connecting;
    public event Action<BrokerStatus>? StatusChanged;

    event Action<MqttMessage>? IMqttTransport.MessageReceived { add { } remove { } }

    public void Start(Func<MqttWill?> will) => Change(BrokerStatus.Connected);

    public Task<PublishResult> PublishAsync(in MqttMessage message)
    {
        try
        {
            lock (_gate)
            {
                if (!Status.IsConnected) { return Task.FromResult(PublishResult.NotConnected); }
                Write(message);
                output.Write(_line.WrittenSpan);
                output.Flush();
            }
            return Task.FromResult(new PublishResult(PublishOutcome.Accepted, 0, ""));
        }
        catch (IOException e)
        {
            Change(new BrokerStatus(BrokerState.Closed, $"the output was closed: {e.Message}"));
            return Task.FromResult(PublishResult.Lost);
        }
    }

    public Task<PublishResult> SubscribeAsync(string filter, MqttQos qos) =>
        Task.FromResult(new PublishResult(PublishOutcome.Invalid, 0, "an output stream has nothing to subscribe to"));

    public Task DisconnectAsync(CancellationToken stop)
    {
        Change(BrokerStatus.Closed);
        return Task.CompletedTask;
    }

    private void Write(in MqttMessage message)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("topic"u8, message.Topic);
        _json.WriteNumber("qos"u8, (int)message.Qos);
        _json.WriteBoolean("retain"u8, message.Retain);
        _json.WritePropertyName("payload"u8);
        if (IsJson(message.Payload.Span)) { _json.WriteRawValue(message.Payload.Span, skipInputValidation: true); }
        else { _json.WriteStringValue(System.Text.Encoding.UTF8.GetString(message.Payload.Span)); }
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
    }

    private static bool IsJson(ReadOnlySpan<byte> payload)
    {
        // A raw line break would split the line; only text that came from elsewhere can hold one.
        if (payload.IsEmpty || payload.IndexOfAny((byte)'\n', (byte)'\r') >= 0) { return false; }
        var reader = new Utf8JsonReader(payload);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Change(BrokerStatus status)
    {
        lock (_gate)
        {
            if (Status == status) { return; }
            Status = status;
        }
        StatusChanged?.Invoke(status);
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate) { _json.Dispose(); }
        Status = BrokerStatus.Closed;
        return ValueTask.CompletedTask;
    }
}
