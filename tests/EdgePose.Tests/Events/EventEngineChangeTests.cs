using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;
using EdgePose.TestSupport;
using static EdgePose.Tests.Events.EngineRun;

namespace EdgePose.Tests.Events;

/// <summary>Other rules while the stream runs: what did not change goes on.</summary>
public sealed class EventEngineChangeTests
{
    private static readonly ZoneShape Right = new("right", [new(0.5f, 0), new(1, 0), new(1, 1), new(0.5f, 1)]);
    private static readonly DwellRule.Settings Stays = Dwell with { Name = "stays", After = TimeSpan.FromSeconds(1) };
    private static readonly DwellRule.Settings Other = Dwell with { Name = "other", After = TimeSpan.FromSeconds(1), Zone = "right" };
    private static readonly OccupancyRule.Settings Number = Rule(new OccupancyRule.Settings()) with { Name = "number" };

    private readonly List<PoseEvent> _events = [];
    private readonly List<string> _counts = [];

    /// <summary>One person in each half, for eight seconds, with another setup from the fourth second on.</summary>
    private List<string> Play(EventSetup before, EventSetup after)
    {
        var engine = new EventEngine(before, _events.Add, (zone, people) => _counts.Add($"{zone} {people}"));
        var changed = false;
        foreach (var scene in SceneFlow(8, (s, _) => { AddStanding(s, 1, 0.2f, 0.9f); AddStanding(s, 2, 0.8f, 0.9f); }))
        {
            if (!changed && scene.Time.Microseconds >= Clock.At(4).Microseconds)
            {
                engine.Change(after, scene.Time);
                changed = true;
            }
            engine.Process(scene);
        }
        return [.. _events.Select(e => $"{e.Rule} {e.Phase.Name()} {e.Track}".TrimEnd())];
    }

    private static EventSetup Setup(params RuleSettings[] rules) => Options(rules).WithZones(Left, Right);

    [Fact]
    public void Change_TheSame_TouchesNothing()
    {
        Assert.Equal(["number start", "stays start 1", "other start 2"], Play(Setup(Number, Stays, Other), Setup(Number, Stays with { }, Other with { })));
        Assert.Equal(["left 1", "right 1"], _counts);
    }

    [Fact]
    public void Change_OneZoneMoves_OnlyItsRulesEndAndStartAgain()
    {
        var moved = Right with { Corners = [new(0.6f, 0), new(1, 0), new(1, 1), new(0.6f, 1)] };
        Assert.Equal(
            ["number start", "stays start 1", "other start 2", "other end 2", "other start 2"],
            Play(Setup(Number, Stays, Other), Options(Number, Stays, Other).WithZones(Left, moved)));
        Assert.Equal(["left 1", "right 1", "right 0", "right 1"], _counts);
        Assert.Equal("stopped", _events[3].Reason);
        Assert.NotEqual(_events[2].Key, _events[4].Key);
    }

    [Fact]
    public void Change_ARuleComesAndOneGoes_TheOthersGoOn() => Assert.Equal(
        ["stays start 1", "other start 2", "other end 2", "number start"], Play(Setup(Stays, Other), Setup(Number, Stays)));

    [Fact]
    public void Change_WhatAllRulesShare_EndsAllAndBeginsAnew()
    {
        var after = Setup(Number, Stays) with { Shared = new EventsSettings { Margin = 0.05f } };
        Assert.Equal(["number start", "stays start 1", "stays end 1", "number end", "number start", "stays start 1"], Play(Setup(Number, Stays), after));
    }

    [Fact]
    public void Change_WhileTheStreamIsLost_TheLossStillHasItsEnd()
    {
        var engine = new EventEngine(Setup(Stays), _events.Add);
        foreach (var scene in SceneFlow(1, static (_, _) => { })) { engine.Process(scene); }
        engine.StreamLost(Clock.At(2), "gone");
        engine.Change(Setup(Stays) with { Shared = new EventsSettings { StreamState = false } }, Clock.At(2));
        foreach (var scene in SceneFlow(1, static (_, _) => { }, from: 3, epoch: 2)) { engine.Process(scene); }
        Assert.Equal(["stream_lost start", "stream_restored end"], _events.Select(e => $"{e.Type.Name} {e.Phase.Name()}"));
        Assert.Equal(_events[0].Key, _events[1].Key);
    }
}
