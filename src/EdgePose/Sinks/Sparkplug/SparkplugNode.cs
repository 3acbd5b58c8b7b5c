using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Domain;
using EdgePose.Sinks.Sparkplug.Wire;
using EdgePose.Sinks.Mqtt;
using EdgePose.Delivery.Documents;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Sparkplug;

/// <summary>
/// Sparkplug B: this process is the edge node, each stream a device. It has a connection of its own, because its death certificate must be the
/// connection's last will. Births go out after each connect and when a host asks for a rebirth; data is sent on change, QoS 0, and never
/// kept: what must not be lost is the event on its own topic.
/// </summary>
internal sealed partial class SparkplugNode : IAsyncDisposable
{
    private const string Rebirth = "Node Control/Rebirth", BirthDeath = "bdSeq";

    private readonly SparkplugTopics _topics;
    private readonly IMqttTransport _transport;
    private readonly string _version;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, string> _redact;
    private readonly Announced _memory;
    private readonly string _memoryName;

    // The order of sequence numbers is the order of sending: both under one lock.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Device> _devices = new(StringComparer.Ordinal);
    private bool _isConnected;
    private byte _seq, _life, _nextLife;
    private long _failed;

    /// <param name="topics">Group and node.</param>
    /// <param name="transport">Owned.</param>
    /// <param name="version">Version of EdgePose.</param>
    /// <param name="memory">Knows the number of the last birth, so that the numbers go on over reloads and restarts.</param>
    /// <param name="time">Stamps.</param>
    /// <param name="logger">One line per change of the connection.</param>
    /// <param name="redact">Masks secrets in reasons.</param>
    public SparkplugNode(
        SparkplugTopics topics, IMqttTransport transport, string version, Announced memory, TimeProvider time, ILogger<SparkplugNode> logger,
        Func<string, string> redact)
    {
        (_topics, _transport, _version, _memory, _time, _logger, _redact) = (topics, transport, version, memory, time, logger, redact);
        _memoryName = $"sparkplug {topics.Group}/{topics.Node}";
    }

    /// <summary>Messages that did not get out while connected.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public void Start()
    {
        _nextLife = _memory.Number(_memoryName) is { } last ? unchecked((byte)(last + 1)) : (byte)0;
        _transport.StatusChanged += OnStatusChanged;
        _transport.MessageReceived += OnMessage;
        _transport.Start(NextDeath);
    }

    public void SetStream(string id, StreamStatus status, in StreamFigures counters)
    {
        lock (_gate)
        {
            var device = Device(id);
            var turned = device.Set(status, counters);
            if (!_isConnected) { return; }
            if (device.IsAlive && !device.IsBorn) { Bear(device); }
            else if (!device.IsAlive && device.IsBorn) { Bury(device); }
            else if (device.IsBorn && !turned) { Send(_topics.DeviceData(id), device.Figures()); }
        }
    }

    public void SetPeople(string id, int people)
    {
        lock (_gate)
        {
            var device = Device(id);
            if (device.SetPeople(people) && _isConnected && device.IsBorn) { Send(_topics.DeviceData(id), device.PeopleNow()); }
        }
    }

    public void Event(StampedEvent e)
    {
        var stream = e.Event.Stream;
        lock (_gate)
        {
            if (!_isConnected) { return; }
            if (Device(stream).IsBorn) { Send(_topics.DeviceData(stream), Sparkplug.Device.Event(e, isHistorical: false)); }
            // Events and states come on different ways: this one belongs before the death that has been said, or after a birth that is to come.
            else if (!Device(stream).Hold(e)) { Interlocked.Increment(ref _failed); }
        }
    }

    private Device Device(string id)
    {
        if (!_devices.TryGetValue(id, out var device)) { _devices.Add(id, device = new Device(id)); }
        return device;
    }

    /// <summary>The will of the connection about to be made; its number is that of the birth which follows.</summary>
    private MqttWill NextDeath()
    {
        byte life;
        lock (_gate) { life = _nextLife; }
        // On disk before the broker hears of it: a number that is used twice would let the death of one connection end the next one.
        _memory.SetNumber(_memoryName, life);
        _memory.Save();
        return new MqttWill(_topics.Death, DeathOf(life), TimeSpan.Zero) { Retain = false };
    }

    private byte[] DeathOf(byte life)
    {
        var metric = MetricValues.Unsigned(BirthDeath, life);
        metric.Timestamp = Now();
        return new Payload { Timestamp = metric.Timestamp, Metrics = { metric } }.ToByteArray();
    }

    private void OnStatusChanged(BrokerStatus status)
    {
        lock (_gate)
        {
            _isConnected = status.IsConnected;
            if (_isConnected)
            {
                _life = _nextLife++;
                _ = WatchAsync(_transport.SubscribeAsync(_topics.Command, MqttQos.AtLeastOnce));
                BearAll();
            }
        }
        if (status.Reason.Length == 0) { Log.Well(_logger, status.State); }
        else { Log.Ill(_logger, status.State, _redact(status.Reason)); }
    }

    private void OnMessage(MqttMessage message)
    {
        if (message.Topic != _topics.Command || message.Retain) { return; }
        try
        {
            if (!Payload.Parser.ParseFrom(message.Payload.Span).Metrics.Any(m => m.Name == Rebirth && m.BooleanValue)) { return; }
        }
        catch (InvalidProtocolBufferException)
        {
            Log.BadCommand(_logger);
            return;
        }
        lock (_gate)
        {
            if (_isConnected) { BearAll(); }
        }
    }

    private void BearAll()
    {
        _seq = 0;
        Send(_topics.Birth,
        [
            MetricValues.Unsigned(BirthDeath, _life), MetricValues.Flag(Rebirth, false), MetricValues.Text("Properties/Software", "EdgePose"),
            MetricValues.Text("Properties/Version", _version),
        ]);
        foreach (var device in _devices.Values)
        {
            device.IsBorn = false;
            if (device.IsAlive) { Bear(device); }
        }
    }

    private void Bear(Device device)
    {
        device.IsBorn = true;
        Send(_topics.DeviceBirth(device.Id), device.Birth());
        foreach (var held in device.TakeHeld()) { Send(_topics.DeviceData(device.Id), Sparkplug.Device.Event(held, isHistorical: true)); }
    }

    private void Bury(Device device)
    {
        device.IsBorn = false;
        Send(_topics.DeviceDeath(device.Id), []);
    }

    private void Send(string topic, IEnumerable<Metric> metrics)
    {
        var payload = new Payload { Timestamp = Now(), Seq = _seq };
        _seq++;
        foreach (var metric in metrics)
        {
            if (!metric.HasTimestamp) { metric.Timestamp = payload.Timestamp; }
            payload.Metrics.Add(metric);
        }
        _ = WatchAsync(_transport.PublishAsync(new MqttMessage(topic, payload.ToByteArray(), MqttQos.AtMostOnce, false, MqttProperties.None)));
    }

    private async Task WatchAsync(Task<PublishResult> sent)
    {
        var result = await sent.ConfigureAwait(false);
        if (result.IsSuccess || result.Outcome is PublishOutcome.NotConnected or PublishOutcome.ConnectionLost) { return; }
        if (Interlocked.Increment(ref _failed) == 1) { Log.NotTaken(_logger, result.Reason); }
    }

    private ulong Now() => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Says its own death, which a clean disconnect would keep the broker from saying, and goes.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        Task<PublishResult> said;
        lock (_gate)
        {
            if (!_isConnected) { return; }
            _isConnected = false;
            said = _transport.PublishAsync(new MqttMessage(_topics.Death, DeathOf(_life), MqttQos.AtLeastOnce, false, MqttProperties.None));
        }
        await said.WaitAsync(stop).ConfigureAwait(false);
        await _transport.DisconnectAsync(stop).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _transport.StatusChanged -= OnStatusChanged;
        _transport.MessageReceived -= OnMessage;
        return _transport.DisposeAsync();
    }
}
