using EdgePose.Hosting;

namespace EdgePose.Tests.Hosting;

public sealed class ClockStateTests
{
    [Fact]
    public void IsSynced_OnThisMachine_AnswersTheSameTwice()
    {
        var clock = new ClockState(TimeProvider.System);
        Assert.Equal(clock.IsSynced, clock.IsSynced);
    }
}
