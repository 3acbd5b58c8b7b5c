using System.Buffers;
using System.Text.Json;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Loops;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Commands;

/// <summary>The commands that may be given over MQTT: <c>snapshot-state</c> and <c>reload</c>, where the configuration allows them.</summary>
/// <param name="topics">Where commands arrive and answers go.</param>
/// <param name="enabled">Names of the commands that are allowed.</param>
/// <param name="reload">Asks for a reload, and says what came of it.</param>
/// <param name="time">For the limit of error answers.</param>
/// <param name="logger">One line per command.</param>
internal sealed class CommandCompanion(
    Topics topics, IReadOnlyList<string> enabled, Func<Task<ReloadAnswer>> reload, TimeProvider time, ILogger<CommandCompanion> logger) : IMqttCompanion
{
    public const string SnapshotState = "snapshot-state", Reload = "reload";
    private ISinkHost? _host;
    private CommandDesk? _desk;

    /// <summary>Names of the commands that the section <c>mqtt</c> allows.</summary>
    public static IReadOnlyList<string> ReadAllowed(Section s)
    {
        string[] names = [SnapshotState, Reload];
        return s.List("commands", [], names, t => names.Contains(t) ? null : "one of " + string.Join(", ", names), doc: new Doc("""
            Commands that may be given over MQTT: snapshot-state answers with the state of the daemon, reload reads this file again. Everybody who may
            write to <prefix>/<node>/command/# at the broker can give them; retained commands are ignored.
            """) { Example = "[snapshot-state, reload]" });
    }

    public IReadOnlyList<string> Filters => [topics.CommandFilter];
    public IReadOnlyList<string> Names => [.. enabled.Select(topics.Command)];
    public IReadOnlyList<Supervision> Supervised => _desk is { } desk ? [desk.Supervision] : [];

    public void Start(ISinkHost host, Func<MqttMessage, Task<PublishResult>> send)
    {
        _host = host;
        _desk = new CommandDesk(new CommandParser(topics, enabled), ExecuteAsync, send, time, logger);
    }

    public void Receive(in MqttMessage message) => _desk?.Receive(message);

    public Task FinishAsync() => _desk?.FinishAsync() ?? Task.CompletedTask;

    private async Task<CommandReply> ExecuteAsync(string name)
    {
        switch (name)
        {
            case SnapshotState: return CommandReply.Ok(Snapshot(_host?.Values() ?? []));
            case Reload:
                var (error, data) = await reload().ConfigureAwait(false);
                return new CommandReply(error, data);
            default: return CommandReply.Refused("unknown command");
        }
    }

    /// <summary>The documents of this moment in one: what a new subscriber would see, without being one.</summary>
    private static ReadOnlyMemory<byte> Snapshot(IReadOnlyList<StateValue> values)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(body, PlainJson.Writer);
        json.WriteStartObject();
        foreach (var value in values.Where(v => v.Key == StateKey.Info)) { Write("info", value); }
        foreach (var value in values.Where(v => v.Key == StateKey.Status)) { Write("status", value); }
        json.WriteStartObject("streams"u8);
        foreach (var value in values.Where(v => v is { Key.Kind: StateKind.StreamState, IsGone: false })) { Write(value.Key.Stream, value); }
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;

        void Write(string name, StateValue value)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Body.Span, skipInputValidation: true);
        }
    }

    public ValueTask DisposeAsync() => _desk?.DisposeAsync() ?? ValueTask.CompletedTask;
}
