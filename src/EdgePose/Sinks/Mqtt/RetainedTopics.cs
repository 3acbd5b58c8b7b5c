using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// The topics under which the broker keeps something of this node. Each is remembered before its first message goes out, and cleared when the
/// configuration no longer brings it, also when only an earlier life of the daemon did: another name of the node, another prefix, a stream or a
/// zone that is gone. It is forgotten when the broker has acknowledged the clearing.
/// </summary>
internal sealed partial class RetainedTopics : IAsyncDisposable
{
    /// <summary>Note of a topic to which the broker may still publish the last will of a former connection.</summary>
    private const string WillNote = "will";

    /// <summary>Time between two looks at a topic that a last will may bring back.</summary>
    private static readonly TimeSpan WillCheck = TimeSpan.FromSeconds(5);

    private readonly Announced _memory;
    private readonly Func<MqttMessage, Task<PublishResult>> _send;
    private readonly TimeSpan _longestWill;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal), _cleared = new(StringComparer.Ordinal);
    private readonly WakeUp _wake = new();
    private readonly SupervisedLoop _loop;
    private IReadOnlySet<string>? _expected;
    private ITimer? _timer;
    private long _began;
    private bool _isConnected;

    /// <param name="memory">Of this and earlier lives.</param>
    /// <param name="send">Hands a message to the broker.</param>
    /// <param name="longestWill">How long after the end of a process the broker may publish its last will.</param>
    /// <param name="supervision">Takes what is thrown.</param>
    /// <param name="time">Pauses.</param>
    /// <param name="logger">Topics that the broker does not let us clear.</param>
    public RetainedTopics(
        Announced memory, Func<MqttMessage, Task<PublishResult>> send, TimeSpan longestWill, Supervision supervision, TimeProvider time, ILogger logger)
    {
        (_memory, _send, _longestWill, _time, _logger) = (memory, send, longestWill, time, logger);
        _loop = new SupervisedLoop("clearing what is no longer announced", RunAsync, supervision, time);
    }

    public void Start()
    {
        _began = _time.GetTimestamp();
        _timer = _time.CreateTimer(static self => ((RetainedTopics)self!)._wake.Signal(), this, WillCheck, WillCheck);
        _loop.Start();
    }

    /// <summary>Says which topics the configuration brings; every other one of the memory is to be cleared.</summary>
    /// <param name="topics">All of them.</param>
    /// <param name="will">The one that the last will is published to.</param>
    public void Expect(IReadOnlySet<string> topics, string will)
    {
        foreach (var topic in topics) { _memory.Put(topic, topic == will ? WillNote : _memory.Note(topic) ?? ""); }
        lock (_gate) { _expected = topics; }
        // Another connection may be on its way out, of which these are not.
        _memory.Owner = this;
        _ = _memory.SaveAsync();
        _wake.Signal();
    }

    public void ConnectionChanged(bool isConnected)
    {
        lock (_gate)
        {
            _isConnected = isConnected;
            _refused.Clear();
            _cleared.Clear();
        }
        _wake.Signal();
    }

    /// <summary>Whether a message may go out: it keeps nothing, or its topic is remembered.</summary>
    public bool IsSafe(in MqttMessage message)
    {
        if (!message.Retain || message.Payload.IsEmpty || _memory.IsSafe(message.Topic)) { return true; }
        if (_memory.Note(message.Topic) is null) { _memory.Put(message.Topic, ""); }
        return _memory.IsSafe(message.Topic);
    }

    /// <summary>Returns when every topic so far is remembered for good, or the disk has refused.</summary>
    public Task RememberAsync() => _memory.SaveAsync();

    /// <summary>The broker keeps nothing under a topic any more.</summary>
    public void Cleared(string topic)
    {
        lock (_gate)
        {
            if (_memory.Owner != this || _expected?.Contains(topic) == true) { return; }
        }
        _memory.Forget(topic);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await _wake.WaitAsync(stop).ConfigureAwait(false);
            var isChanged = false;
            foreach (var topic in Stale())
            {
                stop.ThrowIfCancellationRequested();
                isChanged |= await ClearAsync(topic).ConfigureAwait(false);
            }
            if (isChanged) { await _memory.SaveAsync().ConfigureAwait(false); }
        }
    }

    private List<string> Stale()
    {
        lock (_gate)
        {
            return !_isConnected || _memory.Owner != this || _expected is not { } expected ? []
                : [.. _memory.Names.Where(n => !expected.Contains(n) && !_refused.Contains(n) && (!_cleared.Contains(n) || _memory.Note(n) == WillNote))];
        }
    }

    /// <summary>One after the other: on a slow link there is more important work. True when a topic is forgotten.</summary>
    private async Task<bool> ClearAsync(string topic)
    {
        var mayComeBack = _memory.Note(topic) == WillNote && _time.GetElapsedTime(_began) < _longestWill;
        var result = await _send(new MqttMessage(topic, default, MqttQos.AtLeastOnce, true, MqttProperties.None)).ConfigureAwait(false);
        if (result.IsSuccess)
        {
            lock (_gate) { _cleared.Add(topic); }
            if (!mayComeBack) { Cleared(topic); }
            return !mayComeBack;
        }
        if (result.Outcome is PublishOutcome.Refused or PublishOutcome.Invalid)
        {
            lock (_gate) { _refused.Add(topic); }
            LogRefused(topic, result.Reason);
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer) { await timer.DisposeAsync().ConfigureAwait(false); }
        _loop.Cancel();
        await _loop.Completion.ConfigureAwait(false);
        _loop.Dispose();
        await _memory.SaveAsync().ConfigureAwait(false);
    }

    [LoggerMessage(406, LogLevel.Warning, "the broker does not let us clear {Topic}, which an earlier configuration left: {Reason}")]
    private partial void LogRefused(string topic, string reason);
}
