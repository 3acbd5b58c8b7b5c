using EdgePose.Loops;

namespace EdgePose.Tests.Loops;

public sealed class BackoffTests
{
    [Fact]
    public void Next_DoublesToTheLimitWithinTwentyPercentAndStartsAnewAfterReset()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(1));

        foreach (var expected in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            Assert.InRange(backoff.Next().TotalSeconds, expected * 0.8, expected * 1.2);
        }
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.8, 1.2);
        backoff.Widen();
        Assert.InRange(backoff.Next().TotalSeconds, 48, 72);
    }

    [Fact]
    public void Next_WithALimit_ShortensThatWaitAlone()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(1));
        for (var i = 0; i < 5; i++) { Assert.InRange(backoff.Next(TimeSpan.FromSeconds(4)).TotalSeconds, 0.8, 4.8); }
        Assert.InRange(backoff.Next().TotalSeconds, 32 * 0.8, 32 * 1.2);
    }

    [Fact]
    public void Next_TwoClients_DoNotReturnTogether()
    {
        var one = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(1));
        var two = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(2));

        Assert.NotEqual(one.Next(), two.Next());
    }
}
