namespace EdgePose.Hosting.Observation;

/// <summary>Where the frames of a stream went: <c>Received = Processed + sum of Dropped + InFlight</c>, exactly, at the moment of reading.</summary>
/// <param name="Received">Complete frames that the source gave.</param>
/// <param name="Processed">Frames that went through the networks.</param>
/// <param name="InFlight">Frames that wait or are in work.</param>
/// <param name="Dropped">All others, by reason.</param>
internal sealed record FrameAccount(long Received, long Processed, long InFlight, IReadOnlyList<Count> Dropped)
{
    private const int Attempts = 20;

    public static FrameAccount Of(StreamUnit stream)
    {
        var account = Read(stream);
        // The counters belong to three threads: two readings that agree are of one moment.
        for (var i = 0; i < Attempts; i++)
        {
            var again = Read(stream);
            if (again.Received == account.Received && again.Processed == account.Processed && again.InFlight == account.InFlight) { break; }
            account = again;
        }
        return account;
    }

    private static FrameAccount Read(StreamUnit stream)
    {
        var (noBuffer, slot, lane) = (stream.Ingested.DroppedNoBuffer, stream.Lane.Slot.Account(), stream.Lane);
        var (processed, failed) = (lane.Processed, lane.Failed);
        return new FrameAccount(
            slot.Received + noBuffer, processed, slot.Waiting + slot.Taken - processed - failed,
            [new("no_buffer", noBuffer), new("newer_frame", slot.Dropped), new("failed", failed)]);
    }
}
