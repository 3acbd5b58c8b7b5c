using EdgePose.Service;

namespace EdgePose.Tests.Service;

public sealed class ClockStateTests
{
    [Fact]
    public void IsSynced_OnThisMachine_AnswersTheSameTwice()
    {
        var clock = new ClockState(TimeProvider.System);
        Assert.Equal(clock.IsSynced, clock.IsSynced);
    }
}
