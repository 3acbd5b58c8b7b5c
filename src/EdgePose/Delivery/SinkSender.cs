using System.Diagnostics.CodeAnalysis;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// Hands messages to a sink so that nothing which it does reaches the caller: an answer that does not come in time and an exception become
/// outcomes like any other.
/// </summary>
internal sealed partial class SinkSender(ISink sink, SinkTally tally, Supervision supervision, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);
    private long _logged = long.MinValue;
    private volatile bool _isReady;

    public int Window => sink.Traits.Window;

    /// <summary>Whether the sink takes messages now.</summary>
    public bool IsReady { get => _isReady; set => _isReady = value; }

    /// <summary>Told how long each pose message and value took from handing it over to its being taken.</summary>
    public Action<TimeSpan>? Answered { get; set; }

    public Task<SendResult> SendAsync(PosesMessage poses) => TimedAsync(static (to, message) => to.SendAsync(message), poses);

    public Task<SendResult> SendAsync(StateValue value) => TimedAsync(static (to, message) => to.SendAsync(message), value);

    public Task<SendResult> SendAsync(StampedEvent e) => AttemptAsync(static (to, message) => to.SendAsync(message), e);

    public Task<SendResult> SendAsync(RenderedEvent e) => AttemptAsync(static (to, message) => to.SendAsync(message), e);

    private async Task<SendResult> TimedAsync<T>(Func<ISink, T, Task<SendResult>> send, T message)
    {
        var handedOver = time.GetTimestamp();
        var result = await AttemptAsync(send, message).ConfigureAwait(false);
        if (result.IsSuccess) { supervision.Guard("its figures", () => Answered?.Invoke(time.GetElapsedTime(handedOver))); }
        return result;
    }

    // Up to its first wait this runs on the caller, so that the order of calls is the order of sending.
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of one message.")]
    private async Task<SendResult> AttemptAsync<T>(Func<ISink, T, Task<SendResult>> send, T message)
    {
        try
        {
            var answer = send(sink, message);
            return answer.IsCompleted ? await answer.ConfigureAwait(false) : await answer.WaitAsync(sink.Traits.SendLimit, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new SendResult(SendOutcome.NoAnswer, $"no answer within {sink.Traits.SendLimit.TotalSeconds:0} s");
        }
        catch (Exception e)
        {
            supervision.Note("sending", e);
            return new SendResult(SendOutcome.Failed, "the sink failed; the log says why");
        }
    }

    /// <summary>Counts a message that did not get out and says so, at most once a second: a broker that forbids poses would otherwise fill the log at the frame rate.</summary>
    public void NotTaken(string subject, SendResult result)
    {
        var count = result.Outcome is SendOutcome.Refused or SendOutcome.Deferred ? tally.Refused() : tally.Failed();
        tally.Note(result.Reason);
        var (now, last) = (time.GetTimestamp(), Interlocked.Read(ref _logged));
        if (last != long.MinValue && time.GetElapsedTime(last, now) < LogInterval) { return; }
        Interlocked.Exchange(ref _logged, now);
        Refused(logger, sink.Name, subject, result.Reason, count);
    }

    [LoggerMessage(402, LogLevel.Warning, "{Sink} did not take {Subject}: {Reason} ({Count} so far)")]
    private static partial void Refused(ILogger logger, string sink, string subject, string reason, long count);
}
