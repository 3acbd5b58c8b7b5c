using EdgePose.Delivery;
using EdgePose.Loops;
using EdgePose.Sinks.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Onvif;

/// <summary>
/// Every event once more, as ONVIF metadata, on the connection of the MQTT sink. A sink of its own, with a place of its own in the spool: what the
/// broker does with a copy concerns neither the event nor its order, and a copy that is refused for now is tried again like an event.
/// </summary>
internal sealed class OnvifSink : ISink, IMqttCompanion
{
    private readonly IEventForm _form;
    private readonly MqttSinkSettings _options;
    private readonly Supervision _supervision;
    private readonly AckSettling _settling;
    private readonly Func<string, string> _redact;
    private Func<MqttMessage, Task<PublishResult>> _send = static _ => Task.FromResult(PublishResult.NotConnected);
    private SinkStatus _connection = SinkStatus.Starting;
    private ISinkHost? _host;

    /// <param name="form">Makes the copies.</param>
    /// <param name="options">Limits of the connection.</param>
    /// <param name="time">For acknowledgements, which are believed a moment later.</param>
    /// <param name="logger">Faults.</param>
    /// <param name="redact">Masks secrets in reasons.</param>
    public OnvifSink(IEventForm form, MqttSinkSettings options, TimeProvider time, ILogger<OnvifSink> logger, Func<string, string> redact)
    {
        (_form, _options, _redact) = (form, options, redact);
        _supervision = new Supervision(Name, time, logger);
        _settling = new AckSettling(_supervision, time);
    }

    public string Name => "onvif";
    public SinkTraits Traits => new() { Poses = false, Events = EventPromise.Kept, Window = _options.Window, SendLimit = MqttSink.SendLimit };
    IReadOnlyList<Supervision> ISink.Supervised => [_supervision];
    IReadOnlyList<string> IMqttCompanion.Filters => [];

    public void Start(ISinkHost host)
    {
        _host = host;
        _settling.Start(host);
        host.Report(_connection);
    }

    void IMqttCompanion.Start(ISinkHost host, Func<MqttMessage, Task<PublishResult>> send) => _send = send;

    void IMqttCompanion.Connection(SinkStatus status)
    {
        _connection = status;
        if (!status.IsReady) { _settling.ConnectionLost(); }
        _host?.Report(status);
    }

    void IMqttCompanion.Receive(in MqttMessage message)
    {
        // It only speaks.
    }

    IReadOnlyList<MqttMessage> IMqttCompanion.Render(StateValue value) => [];

    public Task<SendResult> SendAsync(PosesMessage poses) => Task.FromResult(SendResult.Accepted);

    public async Task<SendResult> SendAsync(StampedEvent e)
    {
        var connection = _settling.Connection;
        var answer = await _send(MqttMessages.Sent([_form.Render(e)], e.IsLate, e.Left)[0]).ConfigureAwait(false);
        return answer.IsSuccess ? SendResult.Accepted with { Settled = _settling.BelieveAsync(connection) } : Answers.Of(answer, _redact);
    }

    public Task<SendResult> SendAsync(StateValue value) => Task.FromResult(SendResult.Accepted);

    public Task StopAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _settling.Dispose();
        return ValueTask.CompletedTask;
    }
}
