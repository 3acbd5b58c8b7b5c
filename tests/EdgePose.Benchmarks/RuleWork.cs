using System.Numerics;
using BenchmarkDotNet.Attributes;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;

namespace EdgePose.Benchmarks;

/// <summary>What rules and recording cost per frame: ten people who tremble on the spot, one rule of each kind, two zones.</summary>
[MemoryDiagnoser]
public class RuleWork
{
    private const int People = 10;

    private readonly TrackedPoseList _people = new(17);
    private readonly Scene _scene = new(Skeletons.Coco17) { Epoch = 1, Width = 1280, Height = 720 };
    private readonly SceneEncoder _encoder = new(17);
    private readonly Random _random = new(1);
    private EventEngine _engine = null!;
    private long _time = 1_000_000;

    [GlobalSetup]
    public void SetUp()
    {
        static RuleSettings Rule(RuleSettings own, string zone = "") => own with { Name = own.Kind.Word, Zone = zone, After = TimeSpan.FromSeconds(5) };
        var stream = new StreamRules
        {
            Zones = [new ZoneShape("a", [new(0, 0), new(0.6f, 0), new(0.6f, 1), new(0.3f, 0.5f), new(0, 1)]), new ZoneShape("b", [new(0.7f, 0), new(1, 0), new(1, 1)])],
            Lines = [new LineShape("l", new(0.5f, 0), new(0.5f, 1))],
            Rules =
            [
                Rule(new ZoneRule.Settings(), "a"), Rule(new OccupancyRule.Settings(), "b"),
                Rule(new LineRule.Settings { Line = "l", Crossing = LineRule.Way.Both }), Rule(new DwellRule.Settings(), "a"),
                Rule(new CrowdingRule.Settings { Count = 5 }, "a"), Rule(new FallRule.Settings { Angle = 50, Speed = 1.6f }),
                Rule(new LyingRule.Settings { Angle = 50 }), Rule(new HandRaisedRule.Settings { Hand = HandRaisedRule.Wanted.Any, Height = 0.5f }),
                Rule(new WrongWayRule.Settings { Direction = Vector2.UnitX, Speed = 1.6f }, "b"),
            ],
        };
        _engine = new EventEngine(new EventSetup(new PoseFacts("bench", Skeletons.Coco17), new EventsSettings(), stream), static _ => { });
        for (var i = 0; i < 100; i++) { Judge(); }
        _encoder.Begin();
    }

    [Benchmark(Description = "ten people onto the grid")]
    public void Fill()
    {
        _people.Clear();
        for (var i = 0; i < People; i++)
        {
            var person = _people.Add();
            var (x, y) = (60 + 120 * i, 200);
            (person.Track, person.Score, person.Source, person.Box) = (i + 1, 0.8f, PoseSource.Measured, new Box(x - 40, y, x + 40, y + 250));
            for (var j = 0; j < 17; j++) { person.Points[j] = new Keypoint(x - 20 + 3 * j + _random.Next(3), y + 14 * j + _random.Next(3), 0.7f); }
        }
        _time += 200_000;
        _scene.Time = new Instant(_time, 1_700_000_000_000_000 + _time, 0);
        _scene.Fill(_people);
    }

    [Benchmark(Description = "the same, judged by nine rules")]
    public void Judge()
    {
        Fill();
        _engine.Process(_scene);
    }

    [Benchmark(Description = "the same, encoded for the recording")]
    public void Record()
    {
        Fill();
        _encoder.Add(_scene);
        if (_encoder.Length > 32 * 1024) { _encoder.Begin(); }
    }
}
