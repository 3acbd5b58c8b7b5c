using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

public sealed class CapacitySearchTests
{
    private readonly List<int> _tried = [];

    /// <summary>A machine that carries up to <paramref name="limit"/> streams.</summary>
    private Task<Capacity> SearchAsync(int limit, int guess, int main = 1) => CapacitySearch.RunAsync(Reports.Load(main, main <= limit), guess, n =>
    {
        _tried.Add(n);
        return Task.FromResult(Reports.Load(n, n <= limit, ageP99: 100 + n));
    });

    [Theory]
    [InlineData(6, 6, "6 7")]
    [InlineData(7, 6, "6 7 8")]
    [InlineData(5, 6, "6 5")]
    [InlineData(1, 6, "6 5 4 3 2")]
    public async Task Search_EndsAtTheBorder_ByRunsAlone(int limit, int guess, string tried)
    {
        var capacity = await SearchAsync(limit, guess);
        Assert.Equal((limit, 100.0 + (limit == 1 ? 0 : limit)), (capacity.Streams, capacity.FrameAgeP99Ms));
        Assert.Equal(tried, string.Join(' ', _tried));
        Assert.Contains($"first guess {guess}", capacity.How, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_NotOneStream_IsZeroNotTheGuess()
    {
        var capacity = await SearchAsync(0, 1);
        Assert.Equal(0, capacity.Streams);
        Assert.Empty(_tried);
        Assert.Equal("→ not one stream at 5 fps; the networks manage 2.5 frames per second", BenchRunner.Answer(Reports.Load(1, false, serviceMs: 400), capacity));
    }

    [Fact]
    public async Task Search_MainRunOfManyThatFailed_GoesDownByHalves()
    {
        var capacity = await SearchAsync(3, 20, main: 16);
        Assert.Equal(3, capacity.Streams);
        Assert.InRange(_tried.Count, 2, 6);
    }

    [Theory]
    [InlineData(20, 5, 9)]
    [InlineData(400, 5, 1)]
    [InlineData(0.01, 5, 64)]
    public void Guess_FillsNineTenthsOfTheThread(double serviceMs, double fps, int expected) => Assert.Equal(expected, CapacitySearch.Guess(Reports.Load(1, serviceMs: serviceMs, fps: fps)));

    [Fact]
    public void Answer_IsOneLine() =>
        Assert.Equal("→ 6 streams at 5 fps with p99 frame age 180 ms", BenchRunner.Answer(Reports.Load(1), new Capacity(6, 5, 180.2, "runs")));
}
