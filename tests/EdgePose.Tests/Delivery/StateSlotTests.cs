using EdgePose.Delivery;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Delivery;

public sealed class StateSlotTests
{
    private readonly FakeTimeProvider _time = new();

    private static StateValue People(int count) => StateValue.Of(StateKey.OfStream(StateKind.People, "front"), count);

    [Fact]
    public void Failed_AgainAndAgain_WaitsLongerAndLongerAndSendsTheNewestValue()
    {
        var slot = new StateSlot(TimeSpan.Zero);
        slot.Set(People(1), urgent: true);
        Assert.True(slot.TryTake(_time, out _));
        var waits = new List<double>();
        for (var n = 2; n < 9; n++)
        {
            slot.Failed(_time);
            slot.Set(People(n), urgent: true);
            var began = _time.GetTimestamp();
            StateValue? value;
            while (!slot.TryTake(_time, out value)) { _time.Advance(TimeSpan.FromMilliseconds(10)); }
            waits.Add(_time.GetElapsedTime(began).TotalSeconds);
            Assert.Equal(n, value.Count);
        }

        Assert.InRange(waits[0], 0.2, 0.31);
        Assert.True(waits[6] > 8 * waits[0], string.Join(" ", waits));
    }

    [Fact]
    public void Resend_AfterFailures_IsAtOnce()
    {
        var slot = new StateSlot(TimeSpan.FromHours(1));
        slot.Set(People(1), urgent: false);
        Assert.True(slot.TryTake(_time, out _));
        slot.Failed(_time);
        Assert.False(slot.TryTake(_time, out _));
        slot.Resend();
        Assert.True(slot.TryTake(_time, out _));
    }

    [Fact]
    public void OneThatIsForbidden_DoesNotHastenOrSlowTheOthers()
    {
        var board = new StateBoard(new StatePace { People = TimeSpan.Zero }, _time);
        board.Set(StateValue.Of(StateKey.OfZone("front", "door"), 1), urgent: true);
        var (forbidden, taken) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            board.Set(People(i), urgent: true);
            while (board.TryTake(out var value))
            {
                if (value.Key.Kind == StateKind.Zone)
                {
                    forbidden++;
                    board.Failed(value);
                    continue;
                }
                taken++;
                board.Taken(value);
            }
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1000, taken);
        Assert.InRange(forbidden, 8, 14);
    }
}
