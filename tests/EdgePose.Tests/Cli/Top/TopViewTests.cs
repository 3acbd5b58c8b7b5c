using EdgePose.Cli.Top;
using EdgePose.Domain;
using EdgePose.Service.Observe;
using EdgePose.Tests.Service.Observe;
using Spectre.Console;
using Spectre.Console.Testing;

namespace EdgePose.Tests.Cli.Top;

public sealed class TopViewTests
{
    private static readonly NodeSnapshot Node = MetricsTests.Node(
        MetricsTests.Stream("front") with { State = StreamState.Stalled, Reason = "no frame for 5 s [cam]", FrameAgeP99Ms = 900 },
        MetricsTests.Stream("back") with { People = 7 }, MetricsTests.Stream("attic") with { FpsDropped = 25, State = StreamState.Disabled });

    private static string Draw(NodeSnapshot node, NodeSnapshot? before = null, TopOrder order = TopOrder.Name)
    {
        using var console = new TestConsole().Width(160);
        console.Write(TopView.Draw(node, before, order, "q quit"));
        return console.Output;
    }

    [Fact]
    public void Draw_ShowsEveryFigureOfTheContract()
    {
        var text = Draw(Node);
        foreach (var part in new[]
        {
            "hall edgepose 1.2.3", "degraded", "litepose-m on cpu", "p99 80 ms", "118 MiB", "broker connected, 4 queued, 1000 published, 7 not sent", "stalled",
            "no frame for 5 s [cam]", "900 ms", "10.0", "25.0", "stream back: stalled", "q quit",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(40)]
    public void Draw_NarrowTerminal_KeepsARowALineAndTellsErrorsBelow(int width)
    {
        using var console = new TestConsole().Width(width);
        console.Write(TopView.Draw(Node, null, TopOrder.Name, "q quit", width));
        var lines = console.Output.Split('\n');
        Assert.All(lines, l => Assert.InRange(l.TrimEnd().Length, 0, width));
        foreach (var stream in (string[])["front", "back", "attic"]) { Assert.Single(lines, l => l.TrimStart().StartsWith(stream + " ", StringComparison.Ordinal)); }
        Assert.Contains("front: no frame for 5 s [cam]", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_ControlCharactersFromOutside_DoNotReachTheTerminal() =>
        Assert.DoesNotContain('\u001b', Draw(Node with { Node = "\u001b[2Jhall", Reasons = ["\u001b]0;x\u0007"] }));

    [Fact]
    public void Draw_BrokerAway_SaysWhyAndKeepsBracketsOfTheNetworkAsText()
    {
        var node = Node with { Broker = Node.Broker with { State = "unreachable", Reason = "[red]no route[/]" } };
        Assert.Contains("broker unreachable [red]no route[/]", Draw(node), StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_TwoSnapshots_GiveTheProcessorUse() =>
        Assert.Contains("CPU 50 %", Draw(Node with { UptimeSeconds = 20.5, CpuSeconds = 5.25 }, Node), StringComparison.Ordinal);

    [Theory]
    [InlineData(TopOrder.Name, "attic back front")]
    [InlineData(TopOrder.State, "front attic back")]
    [InlineData(TopOrder.Age, "front back attic")]
    [InlineData(TopOrder.Dropped, "attic front back")]
    [InlineData(TopOrder.People, "back front attic")]
    internal void Order_PutsWhatNeedsALookFirst(TopOrder order, string expected) =>
        Assert.Equal(expected, string.Join(' ', TopView.Order(Node.Streams, order).Select(s => s.Id)));

    [Fact]
    public void Keys_SortCyclesAndPauseToggles()
    {
        var live = new LiveTop(null!);
        var shown = new List<string>();
        foreach (var key in "ssP") { live.Press(key); shown.Add(live.Footer()); }
        Assert.Equal(["q quit   s sort (by state)   p pause", "q quit   s sort (by age)   p pause", "q quit   s sort (by age)   p go on (paused)"], shown);
    }
}
