using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// One message as a line <c>{"topic":…,"qos":…,"retain":…,"payload":…}</c>. A payload that is JSON is embedded as it is, any other as a text.
/// Reuses its buffer: not for two threads at once.
/// </summary>
internal sealed class JsonLine : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null);

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Render(in MqttMessage message)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("topic"u8, message.Topic);
        _json.WriteNumber("qos"u8, (int)message.Qos);
        _json.WriteBoolean("retain"u8, message.Retain);
        _json.WritePropertyName("payload"u8);
        if (IsJson(message.Payload.Span)) { _json.WriteRawValue(message.Payload.Span, skipInputValidation: true); }
        else { _json.WriteStringValue(Encoding.UTF8.GetString(message.Payload.Span)); }
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        return _line.WrittenSpan;
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

    public void Dispose() => _json.Dispose();
}
