namespace EdgePose.Delivery;

/// <summary>What a kept value is about.</summary>
internal enum StateKind { Availability, Info, Status, StreamAvailability, StreamState, People, Zone, Announcement }

/// <summary>Names a kept value. <paramref name="Stream"/> and <paramref name="Zone"/> are empty where they do not apply.</summary>
internal readonly record struct StateKey(StateKind Kind, string Stream, string Zone)
{
    public static readonly StateKey Availability = new(StateKind.Availability, "", "");
    public static readonly StateKey Info = new(StateKind.Info, "", "");
    public static readonly StateKey Status = new(StateKind.Status, "", "");

    public static StateKey OfStream(StateKind kind, string stream) => new(kind, stream, "");

    public static StateKey OfZone(string stream, string zone) => new(StateKind.Zone, stream, zone);
}
