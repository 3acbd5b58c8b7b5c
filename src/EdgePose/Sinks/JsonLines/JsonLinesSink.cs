using EdgePose.Delivery;
using EdgePose.Loops;
using EdgePose.Sinks.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// Writes the messages of the contract as JSON lines. There is no other side that could be lost and come back: no will, nothing is sent again,
/// and a closed output (<c>| head</c>) is the end of the sink.
/// </summary>
internal sealed class JsonLinesSink : ISink
{
    private readonly MqttMessages _messages;
    private readonly Supervision _supervision;
    private readonly LineWriter _lines;
    private ISinkHost? _host;

    /// <param name="messages">The forms of MQTT.md.</param>
    /// <param name="output">Not owned.</param>
    /// <param name="time">For pauses after faults.</param>
    /// <param name="logger">Faults.</param>
    public JsonLinesSink(MqttMessages messages, Stream output, TimeProvider time, ILogger<JsonLinesSink> logger)
    {
        _messages = messages;
        _supervision = new Supervision(Name, time, logger);
        _lines = new LineWriter(output, _supervision, time);
    }

    public string Name => "stdout";
    public SinkTraits Traits { get; } = new();
    public IReadOnlyList<Supervision> Supervised => [_supervision];

    public void Start(ISinkHost host)
    {
        _host = host;
        _lines.Start();
        host.Report(new SinkStatus("connected", "", true));
    }

    public Task<SendResult> SendAsync(PosesMessage poses) => WriteAsync([_messages.Of(poses)]);

    public Task<SendResult> SendAsync(StampedEvent e) => WriteAsync(_messages.Of(e));

    public Task<SendResult> SendAsync(StateValue value) =>
        _messages.Of(value) is { } message ? WriteAsync([message]) : Task.FromResult(SendResult.Accepted);

    private async Task<SendResult> WriteAsync(IReadOnlyList<MqttMessage> lines)
    {
        var result = SendResult.Accepted;
        foreach (var line in lines) { result = await _lines.WriteAsync(line).ConfigureAwait(false); }
        if (result.Outcome == SendOutcome.Lost) { _host?.End(result.Reason); }
        return result;
    }

    public Task StopAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        return ValueTask.CompletedTask;
    }
}
