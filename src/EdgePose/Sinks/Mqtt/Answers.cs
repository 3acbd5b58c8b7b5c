using EdgePose.Delivery;

namespace EdgePose.Sinks.Mqtt;

/// <summary>A broker's answer in the words of delivery.</summary>
internal static class Answers
{
    public static SendResult Of(in PublishResult result, Func<string, string> redact) => result.IsSuccess ? SendResult.Accepted : new SendResult(
        result.Outcome switch
        {
            PublishOutcome.Accepted => SendOutcome.Accepted,
            PublishOutcome.Refused => result.IsForNow ? SendOutcome.Deferred : SendOutcome.Refused,
            PublishOutcome.NotConnected => SendOutcome.NotReady,
            PublishOutcome.ConnectionLost => SendOutcome.Lost,
            PublishOutcome.Busy => SendOutcome.Busy,
            PublishOutcome.Invalid => SendOutcome.Invalid,
            _ => throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "no such outcome"),
        },
        redact(result.Reason));
}
