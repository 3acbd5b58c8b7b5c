using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class RetryPolicyTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RetryPolicy _policy;

    public RetryPolicyTests() => _policy = new RetryPolicy(_time, new Random(1));

    private double Next(StreamState state, double online = 0)
    {
        var retry = _policy.Next(state, TimeSpan.FromSeconds(online));
        _time.Advance(retry.Delay);
        return retry.Delay.TotalSeconds;
    }

    private static void About(double expected, double actual) => Assert.InRange(actual, expected * 0.8, expected * 1.2);

    [Fact]
    public void Silent_IsWhatDidNotAnswer_AndGaveNoFrameInTwoMinutes()
    {
        Assert.False(_policy.IsSilent); // not tried yet
        _policy.Next(StreamState.Unreachable, TimeSpan.Zero);
        Assert.True(_policy.IsSilent);
        _policy.Next(StreamState.Reconnecting, TimeSpan.FromSeconds(20));
        _policy.Next(StreamState.Unreachable, TimeSpan.Zero);
        Assert.False(_policy.IsSilent); // it was there a moment ago
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(_policy.IsSilent);
    }

    [Fact]
    public void NeverOnline_WidensToThirtySeconds()
    {
        foreach (var expected in new double[] { 1, 2, 4, 8, 16 }) { About(expected, Next(StreamState.Unreachable)); }
        for (var i = 0; i < 50; i++) { Assert.InRange(Next(StreamState.Unreachable), 24, 30); }
    }

    [Fact]
    public void AttemptThatHung_CountsTowardsTheThirtySeconds()
    {
        for (var i = 0; i < 10; i++) { _policy.Next(StreamState.Unreachable, TimeSpan.Zero); }
        for (var i = 0; i < 20; i++)
        {
            Assert.InRange(_policy.Next(StreamState.Unreachable, TimeSpan.Zero, silence: TimeSpan.FromSeconds(10)).Delay.TotalSeconds, 19, 20);
        }
        Assert.InRange(_policy.Next(StreamState.Unreachable, TimeSpan.Zero, silence: TimeSpan.FromMinutes(1)).Delay.TotalSeconds, 0.1, 1);
    }

    [Fact]
    public void KilledFfmpeg_IsStartedAgainAtOnce_ButNotForEver()
    {
        About(0.5, Died());
        About(2, Died());
        for (var i = 0; i < 2; i++) { Died(); }
        var fifth = _policy.Next(StreamState.Reconnecting, TimeSpan.FromSeconds(1), died: true);
        Assert.True(fifth.CrashLoop);
        Assert.False(_policy.Next(StreamState.Reconnecting, TimeSpan.FromSeconds(10), died: true).CrashLoop);

        double Died()
        {
            var retry = _policy.Next(StreamState.Reconnecting, TimeSpan.FromSeconds(1), died: true);
            Assert.False(retry.CrashLoop);
            return retry.Delay.TotalSeconds;
        }
    }

    [Fact]
    public void Jitter_Differs() => Assert.NotEqual(Next(StreamState.Unreachable), Next(StreamState.Unreachable) / 2);

    [Fact]
    public void SoonAfterFrames_PausesStayBelowFourSeconds_LaterTheyWiden()
    {
        About(1, Next(StreamState.Stalled, online: 60));
        var waited = 0.0;
        while (waited < 110)
        {
            var pause = Next(StreamState.Unreachable);
            Assert.InRange(pause, 0.8, 3.6);
            waited += pause;
        }
        _time.Advance(TimeSpan.FromSeconds(15));
        About(30, Next(StreamState.Unreachable));
    }

    [Fact]
    public void RefusedPassword_WaitsHalfAMinuteToFive()
    {
        foreach (var expected in new double[] { 30, 60, 120, 240, 300, 300 }) { About(expected, Next(StreamState.AuthFailed)); }
    }

    [Fact]
    public void GoodStretch_StartsAgain_AShortOneDoesNot()
    {
        Next(StreamState.Reconnecting, online: 1);
        About(2, Next(StreamState.Reconnecting, online: 1));
        About(1, Next(StreamState.Reconnecting, online: 10));
    }

    [Fact]
    public void FiveDeathsWithoutAFrame_AreACrashLoop_UntilAFrameComes()
    {
        for (var i = 0; i < 4; i++) { Assert.False(_policy.Next(StreamState.Reconnecting, TimeSpan.Zero).CrashLoop); _time.Advance(TimeSpan.FromSeconds(8)); }
        var retry = _policy.Next(StreamState.Reconnecting, TimeSpan.Zero);
        Assert.True(retry.CrashLoop);
        About(300, retry.Delay.TotalSeconds);
        _time.Advance(retry.Delay);
        Assert.True(_policy.Next(StreamState.Reconnecting, TimeSpan.Zero).CrashLoop);
        Assert.False(_policy.Next(StreamState.Reconnecting, TimeSpan.FromSeconds(1)).CrashLoop);
    }

    [Fact]
    public void NetworkFailures_AreNoCrashLoop()
    {
        for (var i = 0; i < 20; i++) { Assert.False(_policy.Next(StreamState.Unreachable, TimeSpan.Zero).CrashLoop); }
    }

    [Fact]
    public void BrokenInstallation_WaitsFiveMinutes() => About(300, Next(StreamState.Failed));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(25, 5)]
    [InlineData(0.1, 30)]
    public void StallLimit_IsStretchedForSlowSources(double rate, double seconds) =>
        Assert.Equal(seconds, StreamSupervisor.StallLimit(new SourceSettings { Stream = "s", Url = "rtsp://c/x" }, rate).TotalSeconds, 3);
}
