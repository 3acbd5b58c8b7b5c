namespace EdgePose.Delivery.Documents;

/// <summary>
/// Accounting of a sink. Of the pose messages, offered = published + not_connected + queue_full + rate_limited + refused + failed + those
/// still queued or in flight; kept values count in <paramref name="Published"/> and <paramref name="Refused"/>.
/// </summary>
/// <param name="Published">Taken by the other side.</param>
/// <param name="NotConnected">Poses discarded because there was no connection.</param>
/// <param name="QueueFull">Poses discarded because newer ones arrived faster than the sink took them.</param>
/// <param name="RateLimited">Poses left out by the rate limit.</param>
/// <param name="Refused">Messages refused by the other side.</param>
/// <param name="Failed">Poses lost with a connection or never sendable.</param>
/// <param name="Connected">Whether the other side is there now.</param>
/// <param name="Reconnects">Connections after the first.</param>
/// <param name="LastError">Redacted; empty when nothing ever went wrong.</param>
internal sealed record SinkStats(
    long Published, long NotConnected, long QueueFull, long RateLimited, long Refused, long Failed, bool Connected, int Reconnects, string LastError);
