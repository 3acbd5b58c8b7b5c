using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Peers;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using EdgePose.Workshop.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.SystemTests.Daemon;

public sealed class ReplayTests(DaemonFixture fixture, ITestOutputHelper output)
{
    /// <summary>The road in front, the lawn beside it, and everything that a person could do there.</summary>
    private const string Rules = """
          zones:
            road: [[0, 0.33], [1, 0.3], [1, 0.8], [0.5, 0.65], [0.3, 0.45], [0, 0.42]]
            lawn: [[0, 0.42], [0.3, 0.45], [0.6, 0.75], [1, 0.9], [1, 1], [0, 1]]
          lines: { across: [[0.45, 0.7], [0.45, 0.25]] }
          rules:
            road: { type: zone, zone: road }
            lawn: { type: zone, zone: lawn }
            number: { type: occupancy, zone: road }
            across: { type: line, line: across }
            stays: { type: dwell, zone: road, after: 4s }
            crowd: { type: crowding, zone: road, count: 3, after: 1s }
            fallen: { type: fall }
            lies: { type: lying, after: 3s }
            up: { type: hand_raised }
            wrong: { type: wrong_way, zone: road, direction: [1, 0] }
        """;

    [Fact]
    public async Task RecordingOfARun_Replayed_GivesItsEventsToTheLastBit_AndTheClipGivesThemToo()
    {
        using var site = new Site();
        var (recordings, clip) = (Path.Combine(site.Folder, "recordings"), Path.Combine(site.Folder, "street.mp4"));
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", fixture.People, "-c", "copy", "-t", "30", clip]);
        site.Configure(0, $"street:\n  url: {clip}\n  pace: max\n  fps: 5\n{Rules}", more: $"record: {{ folder: {recordings} }}\n");
        var live = new List<EventLine>();
        await RunAsync(site.ConfigPath, live, TimeSpan.FromMinutes(3));
        Assert.True(live.Count > 20, $"only {live.Count} events");
        foreach (var type in live.GroupBy(e => e.Type)) { output.WriteLine($"{type.Key}: {type.Count()}"); }
        var files = Directory.GetFiles(Path.Combine(recordings, "street"), "*.poses");
        output.WriteLine($"{files.Sum(f => new FileInfo(f).Length) / 1024.0:0.0} KiB recorded");

        // A golden file from the live run, and the verb as a user types it.
        var golden = site.Write("golden.jsonl", string.Concat(live.Select(e => e.ToJson() + "\n")));
        var events = Path.Combine(site.Folder, "events.jsonl");
        var result = await site.RunVerbAsync("replay", Path.Combine(recordings, "street"), "--config", site.ConfigPath, "--expect", golden, "--tolerance", "0", "--events", events, "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(File.ReadAllLines(golden), File.ReadAllLines(events));
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal((live.Count, 0), (report.RootElement.GetProperty("events").GetArrayLength(), report.RootElement.GetProperty("missing_blocks").GetInt32()));
        Assert.Equal(live.Count, report.RootElement.GetProperty("expect").GetProperty("same").GetInt32());
        var seconds = report.RootElement.GetProperty("seconds").GetDouble();
        output.WriteLine($"{seconds:0.0} s played; {files.Sum(f => new FileInfo(f).Length) / 1024.0 / (seconds / 60):0.0} KiB a minute");

        // The same rules, changed: exit 7, and the differences by name.
        site.Write("changed.yaml", File.ReadAllText(site.ConfigPath).Replace("after: 4s", "after: 2s", StringComparison.Ordinal));
        var changed = await site.RunVerbAsync("replay", Path.Combine(recordings, "street"), "--config", Path.Combine(site.Folder, "changed.yaml"), "--expect", golden);
        Assert.Equal((int)ExitCode.Threshold, changed.ExitCode);
        Assert.Contains("stays dwell start road", changed.Output, StringComparison.Ordinal);
        var shadow = await site.RunVerbAsync("replay", Path.Combine(recordings, "street"), "--config", site.ConfigPath, "--shadow", Path.Combine(site.Folder, "changed.yaml"), "-q");
        Assert.Equal(0, shadow.ExitCode);
        Assert.Matches(@"(?m)stays +dwell +\d+ -> \d+ +\+\d+ -\d+$", shadow.Output);

        // The clip itself: the whole pipeline again, with the times of the recording.
        var first = await PlayClipAsync(site, clip);
        Assert.Equal(live.Count, first.Count);
        // Microseconds are rounded from another origin.
        var shifted = first.Select(e => e with { Time = live[0].Time + (e.Time - first[0].Time) }).ToList();
        var difference = EventDifference.Of(live, shifted, TimeSpan.FromMilliseconds(1));
        Assert.True(difference.IsEmpty, string.Join('\n', difference.Missing.Concat(difference.Extra)));
        Assert.Equal(live.Select(e => e.Track), first.Select(e => e.Track));
    }

    [Fact]
    public async Task ClipReplayedTwice_GivesTheSameLines()
    {
        using var site = new Site();
        site.Configure(0, $"street:\n  url: rtsp://camera.lan/1\n  fps: 5\n{Rules}");
        var (first, second) = (await PlayClipAsync(site, fixture.FewPeople), await PlayClipAsync(site, fixture.FewPeople));
        Assert.NotEmpty(first);
        Assert.Equal(first.Select(e => e.ToJson()), second.Select(e => e.ToJson()));
        Assert.Equal(2000, first[0].Time.Year);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task EmptyStreet_TenMinutesThroughTheWholePipeline_GiveNoEvent()
    {
        _ = fixture.FewPeople; // skips without the clip and the models
        using var site = new Site();
        var (background, clip) = (Path.Combine(site.Folder, "empty.png"), Path.Combine(site.Folder, "empty.mp4"));
        // The median of the street over a minute: whoever walks is gone, tripods, cones and a jacket on the lawn stay.
        var original = Path.Combine(Repo.Root, "artifacts", "assets", "media", "vtest.avi");
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", original, "-vf", @"select=not(mod(n\,6)),tmedian=radius=60", "-frames:v", "1", "-vsync", "0", background]);
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-loop", "1", "-framerate", "2", "-i", background, "-t", "600",
            "-vf", @"noise=alls=14:allf=t,eq=brightness='0.04*sin(n/27)':eval=frame", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p", clip]);
        site.Configure(0, $"street:\n  url: rtsp://camera.lan/1\n  fps: 2\n{Rules}");
        var request = new ReplayRequest { Sources = [clip], ConfigPath = site.ConfigPath };
        var report = await Replaying.RunAsync(request, _ => { }, TimeProvider.System, CancellationToken.None);
        output.WriteLine($"{report.Frames} frames, {report.Seconds} s, {report.Events.Count} events");
        Assert.InRange(report.Seconds, 599, 601);
        Assert.Empty(report.Events.Select(e => e.ToJson()));
    }

    private static async Task<IReadOnlyList<EventLine>> PlayClipAsync(Site site, string clip) =>
        (await Replaying.RunAsync(new ReplayRequest { Sources = [clip], ConfigPath = site.ConfigPath }, _ => { }, TimeProvider.System, CancellationToken.None)).Events;

    /// <summary>The daemon's pipeline, until its sources end.</summary>
    private static async Task RunAsync(string path, List<EventLine> events, TimeSpan patience)
    {
        var loaded = ConfigLoader.Load(path);
        Assert.True(loaded.Config is not null, string.Join('\n', loaded.Problems));
        var outputs = new EventOutputs { Raise = e => { lock (events) { events.Add(EventLine.Of(e)); } } };
        await using var pipeline = Pipeline.Build(loaded.Config, new PipelineOptions("", Stream.Null) { Events = outputs }, new Redactor(), NullLoggerFactory.Instance, TimeProvider.System);
        pipeline.Start(new NodeInfo { Version = "", ConfigHash = "", Boot = "", Started = default, Models = [], Streams = [] });
        await pipeline.SourcesEnded.WaitAsync(patience);
        await Tools.UntilAsync(() => pipeline.Streams.All(s => !s.Scheduled.Slot.HasFrame && s.Scheduled.Slot.Taken == s.Scheduled.Processed + s.Scheduled.Failed), "the last frames were not processed");
        await pipeline.StopAsync(CancellationToken.None);
    }
}
