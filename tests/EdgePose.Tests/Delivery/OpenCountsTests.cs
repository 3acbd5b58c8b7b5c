using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Events.Rules;

namespace EdgePose.Tests.Delivery;

public sealed class OpenCountsTests
{
    private readonly OpenCounts _counts = new();

    private int? Take(EventType type, EventPhase phase, string key, string rule = "r") => _counts.Take(new PoseEvent
    {
        Stream = "front", Epoch = 1, Type = type, Phase = phase, Key = key, Rule = rule, Time = DateTimeOffset.UnixEpoch, Microseconds = 0, Reason = "",
    });

    [Fact]
    public void TwoPeopleAtOnce_TheFirstEndLeavesOneOpen()
    {
        Assert.Equal(1, Take(FallRule.Fall, EventPhase.Start, "a"));
        Assert.Equal(2, Take(FallRule.Fall, EventPhase.Start, "b"));
        Assert.Null(Take(FallRule.Fall, EventPhase.Update, "a"));
        Assert.Equal(1, Take(FallRule.Fall, EventPhase.End, "a"));
        Assert.Null(Take(FallRule.Fall, EventPhase.End, "a"));
        Assert.Equal(1, _counts.Of("front", "r"));
        Assert.Equal(0, Take(FallRule.Fall, EventPhase.End, "b"));
    }

    [Fact]
    public void Rules_AreCountedApartAndWhatIsOverAtOnceIsNotCounted()
    {
        Assert.Equal(1, Take(ZoneRule.Enter, EventPhase.Start, "a", "one"));
        Assert.Equal(1, Take(ZoneRule.Enter, EventPhase.Start, "b", "two"));
        Assert.Equal(0, Take(ZoneRule.Leave, EventPhase.End, "a", "one"));
        Assert.Null(Take(LineRule.Crossed, EventPhase.Start, "c", "line"));
        Assert.Null(Take(EventType.Gap, EventPhase.Start, "d", ""));
        Assert.Equal((0, 1, 0), (_counts.Of("front", "one"), _counts.Of("front", "two"), _counts.Of("front", "line")));
    }
}
