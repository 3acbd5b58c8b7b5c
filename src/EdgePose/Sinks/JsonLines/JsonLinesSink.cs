using EdgePose.Delivery;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// Writes the messages of the contract as JSON lines. There is no other side that could be lost and come back: no will, nothing is sent again,
/// and a closed output (<c>| head</c>) is the end of the sink.
/// </summary>
/// <param name="messages">The forms of MQTT.md.</param>
/// <param name="output">Not owned.</param>
internal sealed class JsonLinesSink(MqttMessages messages, Stream output) : ISink
{
    private readonly LineWriter _lines = new(output);
    private ISinkHost? _host;

    public string Name => "stdout";
    public SinkTraits Traits { get; } = new();

    public void Start(ISinkHost host)
    {
        _host = host;
        _lines.Start();
        host.Report(new SinkStatus("connected", "", true));
    }

    public Task<SendResult> SendAsync(PosesMessage poses) => WriteAsync([messages.Of(poses)]);

    public Task<SendResult> SendAsync(StampedEvent e) => WriteAsync(messages.Of(e));

    public Task<SendResult> SendAsync(StateValue value) =>
        messages.Of(value) is { } message ? WriteAsync([message]) : Task.FromResult(SendResult.Accepted);

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
