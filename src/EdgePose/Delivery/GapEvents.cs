using EdgePose.Delivery.Spool;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>What the spool lost, as an event.</summary>
internal static class GapEvents
{
    /// <summary>Where a loss belongs to no stream that is known any more.</summary>
    public const string UnknownStream = "unknown";

    public static PoseEvent From(GapNotice gap, SpoolRecord record)
    {
        var stream = gap.Stream.Length > 0 ? gap.Stream : UnknownStream;
        return new PoseEvent
        {
            Stream = stream, Epoch = 0, Type = EventType.Gap, Phase = EventPhase.Start, Rule = "", Time = record.Created, Microseconds = 0,
            Key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stream}/gap/{record.Sequence}"),
            Reason = Why(gap.Reason), Count = (int)Math.Min(gap.Count, int.MaxValue), Missing = gap.First > 0 ? new EventRange(gap.First, gap.Last) : null,
        };
    }

    private static string Why(LossReason reason) => reason switch
    {
        LossReason.SizeLimit => "the spool was full: the oldest events went first",
        LossReason.AgeLimit => "the events were older than the spool keeps them",
        LossReason.DiskFull => "the disk was full: the oldest events went first",
        LossReason.MemoryLimit => "the disk could not be written, and memory was full",
        LossReason.QueueFull => "events came faster than the disk takes them",
        LossReason.TooLarge => "an event was larger than the spool takes",
        LossReason.Damaged => "the spool was damaged",
        LossReason.Missing => "a part of the spool is missing",
        LossReason.Elsewhere => "nothing is missing here: the number was spent on a loss of another sink",
        LossReason.Rejected => "the broker refused them",
        // Written by a newer program.
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"reason {(byte)reason} of a newer version"),
    };
}
