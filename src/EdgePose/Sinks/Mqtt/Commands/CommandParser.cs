using System.Text.Json;

namespace EdgePose.Sinks.Mqtt.Commands;

/// <summary>What a message on a command topic is.</summary>
internal enum CommandKind
{
    /// <summary>Nothing that anybody waits for an answer to: another topic, or a retained message, which nobody sent just now.</summary>
    Ignored,

    /// <summary>A command of a known name, well formed.</summary>
    Request,

    /// <summary>Somebody asked something that cannot be done; the answer says why.</summary>
    Error,
}

/// <summary>
/// Reads what arrives on <c>command/+</c>. Total: any topic, payload and properties give one of the three kinds, in bounded time and memory.
/// A request is an empty payload or a JSON object with at most the field <c>transaction</c>.
/// </summary>
internal sealed class CommandParser(Topics topics, IReadOnlyCollection<string> enabled)
{
    public const int MaxPayload = 4096;
    public const int MaxTransaction = 128;
    private const int MaxReplyTopic = 256;
    private const int MaxCorrelation = 256;

    public CommandKind Parse(in MqttMessage message, out CommandRequest request, out string error)
    {
        (request, error) = (default, "");
        var name = topics.CommandName(message.Topic);
        if (name.Length == 0 || message.Retain) { return CommandKind.Ignored; }
        var correlation = message.Properties.CorrelationData.Length <= MaxCorrelation ? message.Properties.CorrelationData : default;
        request = new CommandRequest(name, "", ReplyTo(name, message.Properties.ResponseTopic), correlation);
        if (!enabled.Contains(name))
        {
            error = "this command is not enabled; add it to mqtt.commands";
            return CommandKind.Error;
        }
        if (message.Payload.Length > MaxPayload)
        {
            error = $"the request is longer than {MaxPayload} bytes";
            return CommandKind.Error;
        }
        error = ReadTransaction(message.Payload.Span, out var transaction);
        request = request with { Transaction = transaction };
        return error.Length == 0 ? CommandKind.Request : CommandKind.Error;
    }

    /// <summary>
    /// The Response Topic, when it is one that a requester may choose: whoever may send commands must not make the daemon write over its own
    /// topics, so that below its base only <c>response/</c> is open.
    /// </summary>
    private string ReplyTo(string name, string wanted)
    {
        var usable = wanted.Length is > 0 and <= MaxReplyTopic && wanted[0] != '$' && wanted.AsSpan().IndexOfAny('+', '#') < 0
            && !wanted.Any(char.IsControl) && !wanted.Any(char.IsSurrogate);
        return usable && topics.MayReplyTo(wanted) ? wanted : topics.Response(name);
    }

    private static string ReadTransaction(ReadOnlySpan<byte> payload, out string transaction)
    {
        transaction = "";
        if (payload.IsEmpty) { return ""; }
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) { return "expected a JSON object"; }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("transaction"u8)) { return "unknown field; a request has only 'transaction'"; }
                if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxTransaction)
                {
                    return $"'transaction' must be a text of at most {MaxTransaction} bytes";
                }
                transaction = reader.GetString() ?? "";
            }
            return reader.Read() ? "expected one JSON object" : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader's text quotes the request, which the answer must not; invalid UTF-8 in a string is its InvalidOperationException.
            return "the request is not valid JSON";
        }
    }
}
