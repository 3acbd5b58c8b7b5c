namespace EdgePose.Sinks.Mqtt.Commands;

/// <summary>A command that was understood.</summary>
/// <param name="Name">Last level of its topic.</param>
/// <param name="Transaction">Repeated in the answer for those who speak MQTT 3.1.1; empty when the request had none.</param>
/// <param name="ReplyTo">Where the answer goes.</param>
/// <param name="Correlation">Correlation Data of the request, repeated in the answer.</param>
internal readonly record struct CommandRequest(string Name, string Transaction, string ReplyTo, ReadOnlyMemory<byte> Correlation);

/// <summary>What became of a command.</summary>
/// <param name="Error">Empty on success; a sentence that holds nothing of the request's text.</param>
/// <param name="Data">A JSON value; empty = none.</param>
internal readonly record struct CommandReply(string Error, ReadOnlyMemory<byte> Data)
{
    public static CommandReply Ok(ReadOnlyMemory<byte> data) => new("", data);
    public static CommandReply Refused(string error) => new(error, default);
}
