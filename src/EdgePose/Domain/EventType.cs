namespace EdgePose.Domain;

/// <summary>What happened. Each rule brings its own types; here stand those that no rule raises.</summary>
/// <param name="Name">On the wire.</param>
internal sealed record EventType(string Name)
{
    /// <summary>No pictures come any more; the end of it is <see cref="StreamRestored"/> under the same key.</summary>
    public static readonly EventType StreamLost = new("stream_lost") { EndName = "stream_restored" };
    public static readonly EventType StreamRestored = new("stream_restored");

    /// <summary>Events were dropped by the spool, which makes this event itself.</summary>
    public static readonly EventType Gap = new("gap") { EndName = "" };

    /// <summary>Type of the event that ends what an event of this type starts; empty = it is over at once.</summary>
    public string EndName { get; init; } = Name;

    /// <summary>Whether it is open from its start until an end comes.</summary>
    public bool Lasts => EndName.Length > 0;

    /// <summary>How the time from start to end is shown as a state, by those who show states; null = only the event is shown.</summary>
    public EventState? State { get; init; }

    /// <summary>The word of ONVIF's <c>bd:HumanActivity</c> for a person while it lasts; null = ONVIF has none.</summary>
    public string? HumanActivity { get; init; }
}

/// <summary>A state that is on from the start to the end of an event.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="DeviceClass">Home Assistant's class of a binary sensor; null = none fits.</param>
internal sealed record EventState(string Name, string? DeviceClass = null);
