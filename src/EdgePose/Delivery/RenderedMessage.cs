namespace EdgePose.Delivery;

/// <summary>One finished message of a <see cref="RenderedEvent"/>.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="User">MQTT 5 User Properties, without those that only the sender knows.</param>
/// <param name="Body">The payload, with <c>published_late</c> false.</param>
internal sealed record RenderedMessage(string Topic, string ContentType, IReadOnlyList<KeyValuePair<string, string>> User, byte[] Body);
