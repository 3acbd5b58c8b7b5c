using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>
/// One library instance from <c>mosquitto_new</c> to <c>mosquitto_destroy</c>: one connection, never a second one, because a kept
/// instance sends again what its caller has already counted as lost (dependencies.md 4.3). <see cref="Run"/> belongs to one thread;
/// publishing is open to all.
/// </summary>
internal sealed unsafe partial class MosquittoConnection : IDisposable
{
    /// <summary>Handed over and not answered. More are refused, so that a frozen broker cannot fill the library's own queue.</summary>
    public const int MaxPending = 256;
    private const int MaxInFlight = 32;
    private const uint MaxReceivedBytes = 256 * 1024;
    private const int LoopTimeoutMs = 100;
    private const int KeptLogLines = 8;

    private readonly MqttOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<bool> _connected;
    private readonly Action<MqttMessage> _received;
    private readonly GCHandle _self;

    // Also held around every call that yields a message id: the answer may arrive on the loop thread before the call has returned.
    // Callbacks other than the log callback may take it; the library holds none of the locks then that a publish needs.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Pending> _pending = [];
    private nint _handle;
    private bool _isUp;

    private readonly ConcurrentQueue<string> _libraryLog = new();
    private BrokerStatus? _end;

    /// <param name="options">Where and how.</param>
    /// <param name="time">For the answer timeout.</param>
    /// <param name="connected">Called on the loop thread when CONNACK accepts; false when the broker keeps no retained messages.</param>
    /// <param name="received">Called on the loop thread for each message.</param>
    public MosquittoConnection(MqttOptions options, TimeProvider time, Action<bool> connected, Action<MqttMessage> received)
    {
        (_options, _time, _connected, _received) = (options, time, connected, received);
        _self = GCHandle.Alloc(this);
    }

    private readonly record struct Pending(TaskCompletionSource<PublishResult> Done, long Since);

    /// <summary>True once CONNACK has accepted, also after the connection has ended.</summary>
    public bool WasUp { get; private set; }

    /// <summary>What OpenSSL and the library complained about, newest last.</summary>
    public string LibraryErrors => string.Join("; ", _libraryLog.Distinct());

    /// <summary>Connects and serves the connection until it ends; gives the reason. The caller makes sure that nobody waits for this call while it blocks in connect.</summary>
    public BrokerStatus Connect()
    {
        nint properties = 0;
        try
        {
            if (_options.Version == MqttVersion.V5) { properties = PropertyList.ForConnect(_sessionExpiry, MaxInFlight, MaxReceivedBytes); }
            var keepAlive = (int)_options.KeepAlive.TotalSeconds;
            var rc = Native.Connect(_handle, _options.Host, _options.Port, keepAlive, null, properties);
            return rc == Native.Success ? BrokerStatus.Connecting : Explain(Reasons.FromConnect(rc, Marshal.GetLastPInvokeError(), _options));
        }
        finally
        {
            Native.PropertyFreeAll(ref properties);
        }
    }

    /// <summary>Serves the connection until it ends and gives the reason; <see cref="BrokerStatus.Closed"/> after a stop or <see cref="Disconnect"/>.</summary>
    public BrokerStatus Run(CancellationToken stop)
    {
        var since = _time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var rc = Native.Loop(_handle, LoopTimeoutMs, 1);
            var errno = Marshal.GetLastPInvokeError();
            if (_end is { } end) { return end; }
            if (rc != Native.Success)
            {
                return WasUp ? Reasons.FromLoop(rc, errno) : Explain(Reasons.FromConnect(rc, errno, _options));
            }
            if (!WasUp && _time.GetElapsedTime(since) > _options.AnswerTimeout)
            {
                return new BrokerStatus(BrokerState.Unreachable, $"{_options.Host}:{_options.Port} does not answer CONNECT");
            }
            if (IsOverdue()) { return new BrokerStatus(BrokerState.Lost, "the broker does not acknowledge"); }
        }
        return BrokerStatus.Closed;
    }

    public Task<PublishResult> Publish(in MqttMessage message)
    {
        lock (_gate)
        {
            if (!_isUp) { return Task.FromResult(PublishResult.NotConnected); }
            if (_pending.Count >= MaxPending) { return Task.FromResult(PublishResult.Busy); }
            var properties = _options.Version == MqttVersion.V5 ? PropertyList.ForPublish(message.Properties) : 0;
            try
            {
                fixed (byte* payload = message.Payload.Span)
                {
                    var rc = Native.Publish(
                        _handle, out var mid, message.Topic, message.Payload.Length, payload, (int)message.Qos, message.Retain, properties);
                    return rc == Native.Success ? Wait(mid) : Task.FromResult(Reasons.FromCall(rc));
                }
            }
            finally
            {
                Native.PropertyFreeAll(ref properties);
            }
        }
    }

    public Task<PublishResult> Subscribe(string filter, MqttQos qos)
    {
        lock (_gate)
        {
            if (!_isUp) { return Task.FromResult(PublishResult.NotConnected); }
            if (_pending.Count >= MaxPending) { return Task.FromResult(PublishResult.Busy); }
            var rc = Native.Subscribe(_handle, out var mid, filter, (int)qos, 0, 0);
            return rc == Native.Success ? Wait(mid) : Task.FromResult(Reasons.FromCall(rc));
        }
    }

    /// <summary>Sends DISCONNECT behind what is already handed over; <see cref="Run"/> then ends. False when there is no connection to end.</summary>
    public bool Disconnect()
    {
        lock (_gate) { return _isUp && Native.Disconnect(_handle, 0, 0) == Native.Success; }
    }

    private Task<PublishResult> Wait(int mid)
    {
        var done = new TaskCompletionSource<PublishResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Ids wrap at 65535: one that is still waiting after a whole round has been lost.
        if (_pending.Remove(mid, out var old)) { old.Done.TrySetResult(PublishResult.Lost); }
        _pending[mid] = new Pending(done, _time.GetTimestamp());
        return done.Task;
    }

    private void Answer(int mid, PublishResult result)
    {
        Pending pending;
        lock (_gate)
        {
            if (!_pending.Remove(mid, out pending)) { return; }
        }
        pending.Done.TrySetResult(result);
    }

    private bool IsOverdue()
    {
        lock (_gate)
        {
            foreach (var (_, pending) in _pending)
            {
                if (_time.GetElapsedTime(pending.Since) > _options.AnswerTimeout) { return true; }
            }
        }
        return false;
    }

    /// <summary>A handshake that the other side breaks off looks like a lost connection; the library's log tells them apart.</summary>
    private BrokerStatus Explain(BrokerStatus status)
    {
        if (!_options.Tls || _libraryLog.IsEmpty || status.State is BrokerState.BadCredentials or BrokerState.NotAuthorised) { return status; }
        return new BrokerStatus(BrokerState.TlsError, LibraryErrors);
    }

    /// <summary>Destroys the instance without DISCONNECT, so that the broker publishes the will unless <see cref="Disconnect"/> came first.</summary>
    public void Dispose()
    {
        List<Pending> lost;
        lock (_gate)
        {
            _isUp = false;
            lost = [.. _pending.Values];
            _pending.Clear();
        }
        if (_handle != 0) { Native.Destroy(_handle); }
        _handle = 0;
        if (_self.IsAllocated) { _self.Free(); }
        foreach (var pending in lost) { pending.Done.TrySetResult(PublishResult.Lost); }
    }
}
