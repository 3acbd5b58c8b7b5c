using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.TestSupport;
using EdgePose.Tests.Delivery.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery;

/// <summary>Lives of a process that raises events, with a sink that takes them; the test turns every wheel.</summary>
public sealed class OpenEventsTests
{
    private readonly FaultyDisk _disk = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SpoolSettings _settings = new() { Folder = "/spool", KernelBoot = Guid.NewGuid(), Readers = ["mqtt", OpenEvents.Reader] };
    private readonly List<(PoseEvent Event, long Sequence)> _published = [];
    private DurableSpool _spool = null!;
    private SpoolReader _sink = null!;
    private OpenEvents _open = null!;
    private int _keys;

    private void Live()
    {
        _spool = DurableSpool.Create(_settings, _disk, _time, () => true, NullLogger.Instance);
        _sink = _spool.Reader("mqtt");
        _open = new OpenEvents(_spool, new TwinFile(_disk, "/spool/memory", "open"), _time, () => true, NullLogger<OpenEvents>.Instance);
    }

    private PoseEvent Event(EventType type, EventPhase phase, string key, string rule = "r") => new()
    {
        Stream = key.Split('/')[0], Epoch = 3, Type = type, Phase = phase, Key = key, Rule = rule, Time = _time.GetUtcNow(), Microseconds = 1, Reason = "because",
        Zone = "hall", Track = 4, Duration = TimeSpan.FromSeconds(2),
    };

    private string Start(EventType type, string stream = "front")
    {
        var key = $"{stream}/r/{++_keys}";
        Append(Event(type, EventPhase.Start, key));
        return key;
    }

    private void Append(PoseEvent e) => _spool.Append(e.Stream, e.Time, new EventRecord(e, null, true).Write());

    private void Turn(int rounds = 3)
    {
        for (var i = 0; i < rounds; i++)
        {
            _spool.RunOnce(hurry: true);
            _open.RunOnce();
            Publish();
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }
    }

    private void Publish()
    {
        foreach (var record in _sink.Take(32))
        {
            if (EventRecord.TryRead(record.Payload) is { } read && _published.All(p => p.Sequence != record.Sequence)) { _published.Add((read.Event, record.Sequence)); }
            _sink.Ack(record.Sequence);
        }
    }

    private IReadOnlyList<PoseEvent> Ends(string key) => [.. _published.Where(p => p.Event.Key == key && p.Event.Phase == EventPhase.End).Select(p => p.Event)];

    [Fact]
    public void Kill_WhileEventsAreOpen_TheNextStartEndsEachOnceWithTheReasonRestart()
    {
        Live();
        Turn();
        var (dwell, over) = (Start(DwellRule.Dwell), Start(DwellRule.Dwell));
        var (inside, lost) = (Start(ZoneRule.Enter), Start(EventType.StreamLost));
        Start(LineRule.Crossed);
        Append(Event(DwellRule.Dwell, EventPhase.Update, dwell));
        Append(Event(DwellRule.Dwell, EventPhase.End, over));
        Turn();
        _disk.Kill();
        _time.Advance(TimeSpan.FromSeconds(60));
        Live();
        Turn();
        _disk.Kill();
        Live();
        Turn();

        var end = Assert.Single(Ends(dwell));
        Assert.Equal(("dwell", "restart", "r", "hall", 4L), (end.Type.Name, end.Reason, end.Rule, end.Zone, end.Track));
        Assert.Equal(_published.Single(p => p.Event.Key == dwell && p.Event.Phase == EventPhase.Start).Event.Type.State, end.Type.State);
        Assert.InRange(end.Duration.TotalSeconds, 60, 70);
        Assert.Equal("because", Assert.Single(Ends(over)).Reason);
        Assert.Equal(("zone_leave", "restart"), Assert.Single(Ends(inside)) is var left ? (left.Type.Name, left.Reason) : default);
        Assert.Equal("stream_restored", Assert.Single(Ends(lost)).Type.Name);
        // A crossing is over at once.
        Assert.Equal(4, _published.Count(p => p.Event.Phase == EventPhase.End));
        Assert.Equal(0, _open.Count);
    }

    [Fact]
    public void EventsOfThisLife_AreLeftAlone()
    {
        Live();
        Turn();
        var key = Start(DwellRule.Dwell);
        Turn(10);
        Assert.Empty(Ends(key));
        Assert.Equal(1, _open.Count);
    }

    /// <summary>The power goes at any moment, between any two steps of disk, sink and memory.</summary>
    [Fact]
    public void PowerCuts_AtAnyMoment_WhatWasPublishedEndsExactlyOnce()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var run = new OpenEventsTests();
            run.CutOften(new Random(seed));
            var starts = run._published.Where(p => p.Event.Phase == EventPhase.Start).Select(p => p.Event.Key).ToList();
            Assert.NotEmpty(starts);
            foreach (var key in starts) { Assert.True(run.Ends(key).Count == 1, $"seed {seed}: {key} ended {run.Ends(key).Count} times"); }
        }
    }

    private void CutOften(Random random)
    {
        for (var life = 0; life < 8; life++)
        {
            Live();
            var mine = new List<string>();
            for (var step = 0; step < 30; step++)
            {
                switch (random.Next(6))
                {
                    case 0: mine.Add(Start(DwellRule.Dwell, $"s{random.Next(3)}")); break;
                    case 1 when mine.Count > 0:
                        Append(Event(DwellRule.Dwell, EventPhase.End, mine[0]));
                        mine.RemoveAt(0);
                        break;
                    case 2: _spool.RunOnce(); break;
                    case 3: _open.RunOnce(); break;
                    case 4: Publish(); break;
                    default: _time.Advance(TimeSpan.FromMilliseconds(random.Next(30))); break;
                }
            }
            if (random.Next(3) > 0) { _disk.PowerCut(random); }
            else { _disk.Kill(); }
        }
        Live();
        Turn(40);
    }

    [Fact]
    public void Memory_ThatIsDamaged_CostsTheEndsAndNothingElse()
    {
        Live();
        Turn();
        Start(DwellRule.Dwell);
        Turn();
        _disk.Kill();
        foreach (var file in _disk.Files.Where(f => f.StartsWith("/spool/memory/", StringComparison.Ordinal)).ToList()) { _disk.Plant(file, [1, 2, 3]); }
        Live();
        var key = Start(DwellRule.Dwell);
        Turn();
        Assert.Equal(1, _open.Count);
        Assert.Empty(Ends(key));
    }

    [Fact]
    public void Set_IsBoundedTheOldestGoesFirst()
    {
        var set = new OpenEventSet(3);
        for (var i = 0; i < 5; i++) { Assert.True(set.Take(Event(DwellRule.Dwell, EventPhase.Start, $"front/r/{i}"), 1)); }
        Assert.Equal(["front/r/2", "front/r/3", "front/r/4"], set.Before(2).Select(e => e.Key));
        Assert.Empty(set.Before(1));
        Assert.False(set.Take(Event(DwellRule.Dwell, EventPhase.End, "front/r/0"), 1));
    }

    [Fact]
    public void Set_AnyCutOrFlip_IsReadAsFarAsItGoes()
    {
        var set = new OpenEventSet(100);
        for (var i = 0; i < 6; i++) { set.Take(Event(DwellRule.Dwell, EventPhase.Start, $"front/r/{i}"), 7); }
        var bytes = set.Write();
        Assert.Equal(6, OpenEventSet.Read(bytes, 100, out var isWhole).Count);
        Assert.True(isWhole);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.InRange(OpenEventSet.Read(bytes[..length], 100, out isWhole).Count, 0, 5);
            Assert.False(isWhole);
        }
        var random = new Random(5);
        for (var i = 0; i < 5_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.InRange(OpenEventSet.Read(damaged, 100, out _).Count, 0, 100);
        }
    }
}
