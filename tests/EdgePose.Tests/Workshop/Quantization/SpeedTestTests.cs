using EdgePose.TestSupport;
using EdgePose.Workshop.Quantization;
using Microsoft.Extensions.Time.Testing;

namespace EdgePose.Tests.Workshop.Quantization;

public sealed class SpeedTestTests
{
    /// <summary>Three rounds of ten are disturbed: neither the mean nor the fastest quarter is what a program measures that runs both models.</summary>
    [Fact]
    public void Alternate_DisturbedRounds_GivesTheMediansOfRunsInTurn()
    {
        var (time, order, round) = (new FakeTimeProvider(), new List<char>(), 0);
        void Exact()
        {
            order.Add('f');
            time.Advance(TimeSpan.FromMilliseconds((round / 2 % 10) switch { < 4 => 10, < 7 => 20, _ => 90 }));
            round++;
        }
        void Rough()
        {
            order.Add('q');
            time.Advance(TimeSpan.FromMilliseconds(10));
            round++;
        }
        var speed = SpeedTest.Alternate(Exact, Rough, 2, time, default);
        Assert.Equal((2, 20, 10, 2), (speed.Threads, speed.FloatMs, speed.QuantizedMs, speed.Ratio), (a, b) =>
            a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6 && Math.Abs(a.Item3 - b.Item3) < 1e-6 && Math.Abs(a.Item4 - b.Item4) < 1e-6);
        // After the warm-up by turns, each first as often as second.
        Assert.StartsWith("fqfqfq" + "fqqffqqf", string.Concat(order), StringComparison.Ordinal);
        Assert.InRange(speed.Rounds, 15, 200);
    }
}
