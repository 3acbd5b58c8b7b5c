using EdgePose.Delivery.Documents;
using EdgePose.Service;

namespace EdgePose.Tests.Service;

public sealed class ReloadRequestsTests
{
    [Fact]
    public async Task Ask_AHundredTimes_IsOneReloadWhoseAnswerAllGet()
    {
        using var requests = new ReloadRequests();
        var asked = Enumerable.Range(0, 99).Select(_ => requests.AskAsync()).ToList();
        requests.Request();
        await requests.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        var wishes = requests.Take();
        Assert.Equal(100, wishes.Asked);
        Assert.All(asked, a => Assert.False(a.IsCompleted));
        wishes.Answer(new ReloadAnswer("no", default));
        Assert.All(await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(20)), a => Assert.Equal("no", a.Error));
        Assert.False(requests.WaitAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Ask_DuringAReload_IsTheNextOne()
    {
        using var requests = new ReloadRequests();
        var first = requests.AskAsync();
        await requests.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        var running = requests.Take();
        var later = requests.AskAsync();
        running.Answer(new ReloadAnswer("one", default));
        Assert.Equal(("one", false), ((await first).Error, later.IsCompleted));
        await requests.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        requests.Take().Answer(new ReloadAnswer("two", default));
        Assert.Equal("two", (await later).Error);
    }

    [Fact]
    public async Task Close_WhileSomebodyWaits_AnswersThatTheDaemonStops()
    {
        using var requests = new ReloadRequests();
        var waiting = requests.AskAsync();
        requests.Close();
        Assert.Equal("the daemon stops", (await waiting).Error);
        Assert.Equal("the daemon stops", (await requests.AskAsync()).Error);
    }

    [Fact]
    public async Task Ask_MoreThanCanWait_IsCountedAndAnsweredAtOnce()
    {
        using var requests = new ReloadRequests();
        var asked = Enumerable.Range(0, 300).Select(_ => requests.AskAsync()).ToList();
        Assert.Equal(44, asked.Count(a => a.IsCompleted));
        var wishes = requests.Take();
        Assert.Equal(300, wishes.Asked);
        wishes.Answer(default);
        await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(20));
    }
}
