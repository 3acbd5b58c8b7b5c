namespace EdgePose.Domain;

/// <summary>What happened. Each rule brings its own types; here stand those that no rule raises.</summary>
/// <param name="Name">On the wire.</param>
internal sealed record EventType(string Name)
{
    /// <summary>No pictures come any more; the end of it is <see cref="StreamRestored"/> under the same key.</summary>
    public static readonly EventType StreamLost = new("stream_lost");
    public static readonly EventType StreamRestored = new("stream_restored");

    /// <summary>Events were dropped by the spool, which makes this event itself.</summary>
    public static readonly EventType Gap = new("gap");

    /// <summary>How the time from start to end is shown as a state, by those who show states; null = only the event is shown.</summary>
    public EventState? State { get; init; }

    /// <summary>The word of ONVIF's <c>bd:HumanActivity</c> for a person while it lasts; null = ONVIF has none.</summary>
    public string? HumanActivity { get; init; }
}

/// <summary>A state that is on from the start to the end of an event.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="DeviceClass">Home Assistant's class of a binary sensor; null = none fits.</param>
internal sealed record EventState(string Name, string? DeviceClass = null);
