namespace EdgePose.Delivery.Spool;

/// <summary>Records of one stream that were given up, with the gap records among them, whose announcements must be made again.</summary>
internal sealed record Removed(string Stream, IReadOnlyList<Entry> Events, IReadOnlyList<Picked> Gaps);
