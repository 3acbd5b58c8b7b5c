namespace EdgePose.Delivery;

/// <summary>
/// An event that an earlier version of the daemon accepted and kept as finished MQTT messages. It goes out as it was written then, byte for byte, so
/// that its id and its topic stay the ones under which it was accepted.
/// </summary>
/// <param name="Messages">Every message that the event causes, our own first; never empty.</param>
/// <param name="IsLate">Whether it had to wait.</param>
/// <param name="Left">How long it is still of use.</param>
internal sealed record RenderedEvent(IReadOnlyList<RenderedMessage> Messages, bool IsLate, TimeSpan Left);
