namespace EdgePose.Delivery.Spool;

/// <summary>A record that was picked for the reader, still without its bytes.</summary>
internal readonly record struct Picked(Entry Entry, string Stream, SpoolRecord? Memory);
