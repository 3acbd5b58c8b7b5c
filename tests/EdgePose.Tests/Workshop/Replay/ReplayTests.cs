using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Tests.Events;
using EdgePose.Tests.Events.Figures;
using EdgePose.TestSupport;
using EdgePose.Workshop.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Workshop.Replay;

/// <summary>The verb <c>replay</c> on recordings, below the command line.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Rules = """
        streams:
          front:
            url: rtsp://cam/1
            password: ${credential:not-here}
            user: viewer
            zones: { floor: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }
            rules:
              in: { type: zone, zone: floor }
              up: { type: hand_raised }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Expect_GoldenOfAnEarlierRun_AgreesUntilARuleChanges()
    {
        await RecordAsync();
        var first = await Replay(Rules);
        Assert.Equal(["zone_enter", "zone_leave", "hand_raised", "hand_raised"], first.Events.Select(e => e.Type));
        Assert.Equal(("front", 0L, 151L, 30.0), (first.Stream, first.MissingBlocks, first.Frames, first.Seconds));
        var golden = Write("golden.jsonl", string.Join('\n', first.Events.Select(e => e.ToJson())) + "\n");

        var same = await Replay(Rules, r => r with { Expect = golden });
        Assert.Equal((ExitCode.Ok, 4, 0, 0), (same.Code, same.Expect!.Same, same.Expect.Missing.Count, same.Expect.Unexpected.Count));

        var changed = await Replay(Rules.Replace("type: hand_raised", "type: hand_raised, after: 3s", StringComparison.Ordinal), r => r with { Expect = golden });
        Assert.Equal((ExitCode.Threshold, 2), (changed.Code, changed.Expect!.Same));
        Assert.Equal(["hand_raised", "hand_raised"], changed.Expect.Missing.Select(e => e.Type));

        var later = await Replay(Rules.Replace("type: hand_raised", "type: hand_raised, after: 900ms", StringComparison.Ordinal), r => r with { Expect = golden });
        Assert.Equal(ExitCode.Ok, later.Code);
        var strict = await Replay(Rules.Replace("type: hand_raised", "type: hand_raised, after: 900ms", StringComparison.Ordinal), r => r with { Expect = golden, Tolerance = TimeSpan.FromMilliseconds(100) });
        Assert.Equal((ExitCode.Threshold, 1, 1), (strict.Code, strict.Expect!.Missing.Count, strict.Expect.Unexpected.Count));
    }

    [Fact]
    public async Task Shadow_ChangedRules_SaysWhatWouldBeMoreAndFewer()
    {
        await RecordAsync();
        var changed = Write("changed.yaml", Rules.Replace("up: { type: hand_raised }", "stay: { type: dwell, after: 2s, zone: floor }", StringComparison.Ordinal));
        var report = await Replay(Rules, r => r with { Shadow = changed });
        Assert.Equal(4, report.Events.Count);
        var shadow = report.Shadow!;
        Assert.Equal([("in", 1, 1, 0, 0), ("stay", 0, 1, 1, 0), ("up", 1, 0, 0, 1)], shadow.Rules.Select(r => (r.Rule, r.Before, r.After, r.More, r.Fewer)));
        Assert.Equal(("stay", "up"), (shadow.More.Single().Rule, shadow.Fewer.Single().Rule));
        // Half a minute says nothing of a day.
        Assert.All(shadow.Rules, r => Assert.Equal((null, null), (r.BeforePerDay, r.AfterPerDay)));
    }

    [Fact]
    public async Task Recording_InTwoFiles_GoesOnWhereTheFirstEnded()
    {
        await RecordAsync(split: true);
        Assert.InRange(Directory.GetFiles(_folder, "*.poses").Length, 2, 6);
        var whole = await Replay(Rules);
        Assert.Equal(["zone_enter", "zone_leave", "hand_raised", "hand_raised"], whole.Events.Select(e => e.Type));
        var second = await Replay(Rules, r => r with { Sources = [Directory.GetFiles(_folder, "*.poses").Order(StringComparer.Ordinal).Last()] });
        Assert.True(second.Frames < whole.Frames && second.Frames > 0);
    }

    [Fact]
    public async Task Sources_ThatCannotBePlayed_AreNamedWithTheNextStep()
    {
        await RecordAsync();
        var recording = Directory.GetFiles(_folder, "*.poses").Single();
        async Task<string> Problem(Func<ReplayRequest, ReplayRequest> change, string yaml = Rules)
        {
            var e = await Assert.ThrowsAsync<UserError>(() => Replay(yaml, change));
            return $"{e.Message} | {e.Hint}";
        }
        Assert.Contains("does not exist", await Problem(r => r with { Sources = ["/none.poses"] }), StringComparison.Ordinal);
        Assert.Contains("no recording in this folder", await Problem(r => r with { Sources = [Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName] }), StringComparison.Ordinal);
        Assert.Contains("one clip, or recordings", await Problem(r => r with { Sources = [recording, Write("x.mp4", "")] }), StringComparison.Ordinal);
        Assert.Contains("has no stream back; it has front", await Problem(r => r with { Stream = "back" }), StringComparison.Ordinal);
        Assert.Contains("--stream, one of a, b", await Problem(r => r, "streams: { a: rtsp://h/1, b: rtsp://h/2 }"), StringComparison.Ordinal);
        Assert.Contains("golden.jsonl:2: this line is no event", await Problem(r => r with { Expect = Write("golden.jsonl", "\nnonsense\n") }), StringComparison.Ordinal);
        Assert.Contains("unknown key", await Problem(r => r, Rules.Replace("rules:", "ruls:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Difference_PairsWithinTheToleranceInOrder()
    {
        static EventLine At(double seconds, string type = "fall", string phase = "start", long track = 1) =>
            new() { Stream = "s", Time = Clock.Start.AddSeconds(seconds), Rule = "r", Type = type, Phase = phase, Track = track };
        var d = EventDifference.Of([At(1), At(2), At(10), At(5, "lying")], [At(1.4, track: 9), At(2.6), At(9.6), At(30)], TimeSpan.FromSeconds(0.5));
        Assert.Equal(2, d.Same);
        Assert.Equal([2, 5], d.Missing.Select(e => (e.Time - Clock.Start).TotalSeconds));
        Assert.Equal([2.6, 30], d.Extra.Select(e => (e.Time - Clock.Start).TotalSeconds));
        Assert.True(EventDifference.Of([At(1), At(1)], [At(1), At(1)], TimeSpan.Zero).IsEmpty);
    }

    private Task<ReplayReport> Replay(string yaml, Func<ReplayRequest, ReplayRequest>? change = null)
    {
        var request = new ReplayRequest { Sources = [_folder], ConfigPath = Write("edgepose.yaml", yaml) };
        return Replaying.RunAsync(change?.Invoke(request) ?? request, _ => { }, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Thirty seconds: somebody on the left, who walks to the right, and raises a hand there.</summary>
    private async Task RecordAsync(bool split = false)
    {
        var header = new RecordingHeader { Stream = "front", Skeleton = "coco17", Joints = 17, JointThreshold = 0.3f, LostAfterMs = 2000, Session = "0f0f", Part = 1 };
        var options = new RecorderOptions { Folder = _folder, MaxBytes = 1 << 20, FileBytes = split ? 600 : 0 };
        await using var recorder = new KeypointRecorder(options, header, new FakeTimeProvider(), NullLogger.Instance);
        foreach (var scene in EngineRun.SceneFlow(30, (s, t) => EngineRun.AddStanding(s, 7, t < 10 ? 0.3f : 0.7f, 0.9f,
            pose: t is > 15 and < 17 ? Figure.Arm(Figure.Stand(), true, 170, 175) : Figure.Stand()))) { recorder.Add(scene); }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
