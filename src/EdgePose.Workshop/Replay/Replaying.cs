using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Workshop.Replay;

/// <summary>Runs rules again over what was recorded: the same recording and the same rules give the same events, to the last bit.</summary>
internal static class Replaying
{
    /// <summary>Shadow and present rule set have found the same event when their starts are no farther apart.</summary>
    private static readonly TimeSpan ShadowTolerance = TimeSpan.FromSeconds(2);

    /// <param name="request">What to play.</param>
    /// <param name="onEvent">Gets each event as it is raised.</param>
    /// <param name="time">For the pace.</param>
    /// <param name="stop">Ends the replay.</param>
    /// <exception cref="UserError">Source, configuration or golden file cannot be used.</exception>
    public static async Task<ReplayReport> RunAsync(ReplayRequest request, Action<EventLine> onEvent, TimeProvider time, CancellationToken stop)
    {
        var recordings = RecordingSource.Find(request.Sources);
        var config = Load(request.ConfigPath, request.Overrides);
        var golden = request.Expect.Length > 0 ? EventLine.ReadFile(request.Expect) : null;
        var recorded = recordings.Count > 0 ? RecordingReader.Open(recordings[0]).Header.Stream : "";
        var stream = Choose(config, request.Stream, recorded);
        var shadow = request.Shadow.Length > 0 ? Load(request.Shadow, []) : null;
        var session = new ReplaySession(new RuleSet(stream, config.Events), shadow is null ? null : new RuleSet(Choose(shadow, stream.Id, ""), shadow.Events), onEvent);
        var (pace, missing) = (new ReplayPace(request.Speed, time), 0L);
        if (recordings.Count > 0) { missing = await RecordingSource.PlayAsync(recordings, session, pace, stop).ConfigureAwait(false); }
        else { await ClipSource.PlayAsync(request.Sources[0], stream, config, request.Start, session, pace, time, stop).ConfigureAwait(false); }
        var days = session.Microseconds / 86_400e6;
        return new ReplayReport
        {
            Sources = recordings.Count > 0 ? recordings : request.Sources, Stream = stream.Id, Config = config.Path, ConfigHash = config.Hash, Frames = session.Frames,
            Seconds = Math.Round(session.Microseconds / 1e6, 3), MissingBlocks = missing, Events = session.Events, Rules = Figures(session.Events, days),
            Expect = golden is null ? null : Compare(request, golden, session.Events),
            Shadow = shadow is null ? null : Compare(shadow.Path, session, days),
        };
    }

    private static EdgePoseConfig Load(string path, IReadOnlyList<string> overrides)
    {
        var loaded = ConfigLoader.Load(path, new LoadOptions { Overrides = overrides, RequireSecrets = false });
        return loaded.Config ?? throw new UserError(ExitCode.Configuration, string.Join('\n', loaded.Problems), $"edgepose check --config {path}");
    }

    /// <summary>The stream that the user names, else the recorded one, else the only one.</summary>
    private static StreamConfig Choose(EdgePoseConfig config, string wanted, string recorded)
    {
        var names = string.Join(", ", config.Streams.Select(s => s.Id));
        if (wanted.Length > 0)
        {
            return config.Streams.FirstOrDefault(s => s.Id == wanted)
                ?? throw new UserError(ExitCode.Usage, $"{config.Path} has no stream {wanted}; it has {names}");
        }
        if (config.Streams.FirstOrDefault(s => s.Id == recorded) is { } same) { return same; }
        return config.Streams is [var only] ? only
            : throw new UserError(ExitCode.Usage, $"{(recorded.Length > 0 ? $"{config.Path} has no stream {recorded}" : "whose rules?")}", $"--stream, one of {names}");
    }

    private static List<RuleFigures> Figures(IReadOnlyList<EventLine> events, double days) =>
    [
        .. Starts(events).GroupBy(e => (e.Rule, e.Type)).OrderBy(g => g.Key.Rule, StringComparer.Ordinal)
            .Select(g => new RuleFigures(g.Key.Rule, g.Key.Type, g.Count(), PerDay(g.Count(), days))),
    ];

    private static ExpectFigures Compare(ReplayRequest request, IReadOnlyList<EventLine> golden, IReadOnlyList<EventLine> events)
    {
        var difference = EventDifference.Of(golden, events, request.Tolerance);
        return new ExpectFigures(request.Expect, (long)request.Tolerance.TotalMilliseconds, difference.Same, difference.Missing, difference.Extra);
    }

    private static ShadowFigures Compare(string config, ReplaySession session, double days)
    {
        var (before, after) = (Starts(session.Events), Starts(session.ShadowEvents));
        // A changed rule may name its zone otherwise; what counts is that it fires.
        static EventLine Plain(EventLine e) => e with { Zone = null, Line = null, Direction = null, Count = null };
        var difference = EventDifference.Of([.. before.Select(Plain)], [.. after.Select(Plain)], ShadowTolerance);
        var rules = before.Concat(after).Select(e => (e.Rule, e.Type)).Distinct().OrderBy(r => r.Rule, StringComparer.Ordinal).Select(r =>
        {
            int Count(IEnumerable<EventLine> of) => of.Count(e => (e.Rule, e.Type) == r);
            return new ShadowRule(r.Rule, r.Type, Count(before), Count(after), Count(difference.Extra), Count(difference.Missing), PerDay(Count(before), days), PerDay(Count(after), days));
        });
        return new ShadowFigures { Config = config, Rules = [.. rules], More = difference.Extra, Fewer = difference.Missing };
    }

    private static List<EventLine> Starts(IReadOnlyList<EventLine> events) => [.. events.Where(e => e.Phase == EventPhase.Start.Name())];

    /// <summary>Null where less than a day was watched: a few minutes say nothing of a night.</summary>
    private static double? PerDay(int count, double days) => days >= 1 ? Math.Round(count / days, 2) : null;
}
