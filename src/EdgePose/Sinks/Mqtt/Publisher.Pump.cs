using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Sinks.Mqtt;

// The way out: one task takes what is due, retained values before poses, and keeps at most a window of messages unacknowledged.
internal sealed partial class Publisher
{
    private int _stopped;

    private async Task PumpAsync()
    {
        try
        {
            while (await _work.Reader.WaitToReadAsync(_abandon.Token).ConfigureAwait(false))
            {
                _work.Reader.TryRead(out _);
                while (_broker.IsConnected)
                {
                    await _window.WaitAsync(_abandon.Token).ConfigureAwait(false);
                    if (!TrySendNext()) { _window.Release(); break; }
                }
                if (!_broker.IsConnected) { DiscardQueue(); }
                if (_stopping) { return; }
            }
        }
        catch (OperationCanceledException) when (_abandon.IsCancellationRequested)
        {
            DiscardQueue();
        }
    }

    private bool TrySendNext()
    {
        if (TryTakeRetained(out var topic, out var retained))
        {
            _ = FinishAsync(topic, retained.Payload.IsEmpty, _transport.PublishAsync(retained));
            return true;
        }
        if (!_queue.TryDequeue(out var poses)) { return false; }
        // The transport has copied the body when it returns, so that the buffer is free for the next frame.
        var sent = _transport.PublishAsync(new MqttMessage(
            poses.Stream.PosesTopic, poses.Body.WrittenMemory, MqttQos.AtMostOnce, false, _posesProperties));
        var stream = poses.Stream;
        _queue.Return(poses);
        _ = FinishAsync(stream, sent);
        return true;
    }

    private bool TryTakeRetained([NotNullWhen(true)] out RetainedTopic? topic, out MqttMessage message)
    {
        lock (_gate)
        {
            foreach (var candidate in _retained)
            {
                if (candidate.TryTake(_time, out message)) { topic = candidate; return true; }
            }
        }
        (topic, message) = (null, default);
        return false;
    }

    private async Task FinishAsync(RetainedTopic topic, bool cleared, Task<PublishResult> sent)
    {
        var result = await AnswerAsync(sent).ConfigureAwait(false);
        _window.Release();
        switch (result.Outcome)
        {
            case PublishOutcome.Accepted:
                Interlocked.Increment(ref _published);
                lock (_gate)
                {
                    if (cleared && topic.IsCleared) { _retained.Remove(topic); }
                }
                break;
            case PublishOutcome.Busy:
                lock (_gate) { _refusedBusy.Add(topic); }
                break;
            case PublishOutcome.Refused or PublishOutcome.Invalid:
                NotTaken(topic.Topic, result);
                break;
            case PublishOutcome.NotConnected or PublishOutcome.ConnectionLost:
                // Nothing to do: the next connect sends every retained value again.
                break;
        }
    }

    private async Task FinishAsync(StreamOutput stream, Task<PublishResult> sent)
    {
        var result = await AnswerAsync(sent).ConfigureAwait(false);
        _window.Release();
        if (result.IsSuccess) { Interlocked.Increment(ref _published); return; }
        stream.ForgetEmpty();
        switch (result.Outcome)
        {
            case PublishOutcome.NotConnected: Interlocked.Increment(ref _notConnected); break;
            case PublishOutcome.Refused or PublishOutcome.Invalid: NotTaken(stream.PosesTopic, result); break;
            default: Interlocked.Increment(ref _failed); break;
        }
    }

    private async Task<PublishResult> AnswerAsync(Task<PublishResult> sent)
    {
        var handedOver = _time.GetTimestamp();
        var result = await sent.ConfigureAwait(false);
        if (result.IsSuccess) { Answered?.Invoke(_time.GetElapsedTime(handedOver)); }
        return result;
    }

    private void NotTaken(string topic, PublishResult result)
    {
        var count = result.Outcome == PublishOutcome.Refused ? Interlocked.Increment(ref _refused) : Interlocked.Increment(ref _failed);
        var reason = _redact(result.Reason);
        _lastError = reason;
        var now = _time.GetTimestamp();
        var last = Interlocked.Read(ref _notTakenLogged);
        // At most one line a second: a broker that forbids poses would otherwise fill the log at the frame rate.
        if (last != 0 && _time.GetElapsedTime(last, now) < TimeSpan.FromSeconds(1)) { return; }
        Interlocked.Exchange(ref _notTakenLogged, now);
        Log.NotTaken(_logger, topic, reason, count);
    }

    private void DiscardQueue()
    {
        while (_queue.TryDequeue(out var poses))
        {
            poses.Stream.ForgetEmpty();
            _queue.Return(poses);
            Interlocked.Increment(ref _notConnected);
        }
    }

    /// <summary>
    /// Sends what is queued, then the retained <c>offline</c> of every stream and of the node, waits for their acknowledgement, and ends the
    /// connection so that the broker forgets the will. Each of the two waits is limited; without a connection nothing waits.
    /// </summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) { return; }
        _stopping = true;
        if (_timer is not null) { await _timer.DisposeAsync().ConfigureAwait(false); }
        Signal();
        await WithinAsync(_pump.WaitAsync, stop).ConfigureAwait(false);
        await _abandon.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        await StopEventsAsync(stop).ConfigureAwait(false);
        if (_broker.IsConnected)
        {
            if (!await WithinAsync(SayOfflineAsync, stop).ConfigureAwait(false)) { Log.StoppedUnacknowledged(_logger); }
            else { await WithinAsync(_transport.DisconnectAsync, stop).ConfigureAwait(false); }
        }
        _transport.StatusChanged -= OnStatusChanged;
        await StopControlAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        foreach (var stream in _streams.Values) { stream.Dispose(); }
        _abandon.Dispose();
    }

    /// <summary>Streams first, the node last: whoever sees the node offline has seen its streams offline.</summary>
    private async Task SayOfflineAsync(CancellationToken stop)
    {
        var streams = _streams.Values.Select(s => SayOfflineAsync(s.Availability.Topic, stop)).ToArray();
        await Task.WhenAll(streams).ConfigureAwait(false);
        await SayOfflineAsync(_topics.Availability, stop).ConfigureAwait(false);
    }

    private async Task SayOfflineAsync(string topic, CancellationToken stop)
    {
        await _window.WaitAsync(stop).ConfigureAwait(false);
        var sent = _transport.PublishAsync(new MqttMessage(topic, Payloads.Offline, MqttQos.AtLeastOnce, true, Payloads.Text));
        var result = await sent.WaitAsync(stop).ConfigureAwait(false);
        _window.Release();
        if (result.IsSuccess) { Interlocked.Increment(ref _published); }
        else { NotTaken(topic, result); }
    }

    /// <summary>False when the time of a stop ran out first.</summary>
    private async Task<bool> WithinAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_options.StopTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await work(both.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            return false;
        }
    }
}
