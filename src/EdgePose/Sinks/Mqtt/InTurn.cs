namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Hands messages over in the order of the calls, also when some of them have to wait for something before: those that come later wait behind
/// them. Nothing waits when nothing has to.
/// </summary>
/// <param name="isReady">Whether a message may go at once.</param>
/// <param name="prepare">What the others wait for; ends when they may go.</param>
/// <param name="send">Hands a message over.</param>
internal sealed class InTurn(Func<IReadOnlyList<MqttMessage>, bool> isReady, Func<Task> prepare, Func<MqttMessage, Task<PublishResult>> send)
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>The answers to the messages, which go out together.</summary>
    public Task<Task<PublishResult>[]> HandOver(IReadOnlyList<MqttMessage> messages)
    {
        lock (_gate)
        {
            var isIdle = _last.IsCompleted;
            if (isReady(messages) && isIdle) { return Task.FromResult(Send(messages)); }
            var turn = WaitAsync(_last, messages);
            _last = turn;
            return turn;
        }
    }

    private async Task<Task<PublishResult>[]> WaitAsync(Task before, IReadOnlyList<MqttMessage> messages)
    {
        // Whatever became of the others is theirs.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await prepare().ConfigureAwait(false);
        return Send(messages);
    }

    private Task<PublishResult>[] Send(IReadOnlyList<MqttMessage> messages) => [.. messages.Select(send)];
}
