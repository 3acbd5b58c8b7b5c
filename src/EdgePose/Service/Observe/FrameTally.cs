namespace EdgePose.Service.Observe;

/// <summary>Where the frames of a stream went: <c>Received = Processed + sum of Dropped + InFlight</c>, exactly, at the moment of reading.</summary>
/// <param name="Received">Complete frames that the source gave.</param>
/// <param name="Processed">Frames that went through the networks.</param>
/// <param name="InFlight">Frames that wait or are in work.</param>
/// <param name="Dropped">All others, by reason.</param>
internal sealed record FrameTally(long Received, long Processed, long InFlight, IReadOnlyList<Count> Dropped);
