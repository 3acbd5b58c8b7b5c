using EdgePose.Delivery;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Tests.Delivery;

public sealed class GapEventsTests
{
    [Fact]
    public void NoticeToAnotherSink_IsAGapWithoutALoss()
    {
        var e = GapEvents.From(new GapNotice("front", LossReason.Elsewhere, 0, 0, 0, 0, 0), Record);
        Assert.Equal(("front", 0, null, "front/gap/129"), (e.Stream, e.Count, e.Missing, e.Key));
        Assert.Contains("nothing is missing", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryReason_HasItsOwnText()
    {
        var texts = Enum.GetValues<LossReason>().Select(r => GapEvents.From(new GapNotice("front", r, 5, 9, 4, 0, 0), Record).Reason).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.DoesNotContain(texts, t => t.Contains("newer version", StringComparison.Ordinal));
    }

    private static SpoolRecord Record => new()
    {
        Sequence = 129, Boot = 1, Kind = RecordKind.Gap, Stream = "front", Created = DateTimeOffset.UnixEpoch, Payload = default,
    };
}
