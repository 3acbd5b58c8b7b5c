using System.CommandLine;
using System.Diagnostics;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Workshop.Demo;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Demo;

/// <summary>The whole product on one machine without camera or broker of one's own: clip, RTSP, daemon, MQTT, subscriber.</summary>
internal static class DemoCommand
{
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to watch", DefaultValueFactory = _ => 20 };
    private static readonly Option<string> Clip = new("--clip") { Description = "Video file to play (default: the public clip of ./build.sh setup)" };
    private static readonly Option<string> Model = new("--model") { Description = "Pose model", DefaultValueFactory = _ => "movenet-lightning" };
    private static readonly Option<string> Detector = new("--detector") { Description = "Person detector; empty for bottom-up models" };
    private static readonly Option<string> Profile = new("--profile") { Description = "fast or accurate", DefaultValueFactory = _ => "fast" };
    private static readonly Option<string[]> Models = new("--models") { Description = "Folder with model files; may be given more than once" };
    private static readonly Option<double> Fps = new("--fps") { Description = "Frames per second taken from the clip", DefaultValueFactory = _ => 10 };
    private static readonly Option<string> Picture = new("--picture") { Description = "PNG to write", DefaultValueFactory = _ => Path.Combine("artifacts", "demo.png") };
    private static readonly Option<string> Background = new("--background") { Description = "Behind the skeletons: clip or black", DefaultValueFactory = _ => "clip" };
    private static readonly Option<bool> NoRtsp = new("--no-rtsp") { Description = "Play the file itself, without an RTSP server" };

    public static Verb Create()
    {
        Background.AcceptOnlyFromAmong("clip", "black");
        Profile.AcceptOnlyFromAmong("fast", "accurate");
        return Verb.Create(
            "demo", "Shows the whole chain on a clip: RTSP, poses, MQTT, an independent subscriber, and one picture.",
            ["edgepose demo --seconds 20", "edgepose demo --clip street.mp4 --models ~/models --model litepose-m"],
            [Seconds, Clip, Model, Detector, Profile, Models, Fps, Picture, Background, NoRtsp],
            RunAsync);
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = Read(parsed);
        var observer = new Observer();
        var say = parsed.GetValue(Verb.Quiet) ? (Action<string>)(_ => { }) : Console.Error.WriteLine;
        await using var stage = await Stage.SetAsync(options, observer, say, stop);
        await WatchAsync(parsed, options, stage, observer, stop);
        var seen = observer.Snapshot();
        var exit = await stage.StopDaemonAsync();
        var after = observer.Snapshot();
        if (seen.Sample is { } sample)
        {
            await Workshop.Demo.Picture.WriteAsync(sample, options.Clip, parsed.GetValue(Background) == "clip" ? options.Fps : 0, options.Picture, stop);
        }
        // The daemon publishes its last figures on the way out.
        var summary = Summary.From(options, stage, seen with { FpsProcessed = after.FpsProcessed, FramesReceived = after.FramesReceived, FramesDropped = after.FramesDropped }, after.Availability, exit);
        if (parsed.GetValue(Verb.Json)) { Output.Json(summary, WorkshopJson.Default.Summary); }
        else { summary.Write(Console.Out); }
        if (seen.Tracks == 0)
        {
            throw new UserError(ExitCode.Failed, $"the subscriber saw no pose ({seen.Messages} messages; the daemon said: {stage.DaemonErrors})", "edgepose check, or another --clip");
        }
        return exit == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static DemoOptions Read(ParseResult parsed)
    {
        var clip = parsed.GetValue(Clip) ?? Path.Combine("artifacts", "assets", "media", "vtest.avi");
        if (!File.Exists(clip)) { throw new UserError(ExitCode.Source, $"no clip at {clip}", "./build.sh setup fetches the demo's, or give --clip FILE"); }
        var seconds = parsed.GetValue(Seconds);
        if (seconds is < 3 or > 3600) { throw new UserError(ExitCode.Usage, $"--seconds {seconds}: 3 to 3600 is possible"); }
        var model = parsed.GetValue(Model)!;
        return new DemoOptions
        {
            Seconds = seconds,
            Clip = clip,
            Model = model,
            Detector = parsed.GetValue(Detector) ?? "",
            Profile = parsed.GetValue(Profile)!,
            ModelFolders = parsed.GetValue(Models) is { Length: > 0 } folders ? folders : [Path.Combine("artifacts", "assets", "models")],
            Fps = parsed.GetValue(Fps),
            Picture = parsed.GetValue(Picture)!,
            NoRtsp = parsed.GetValue(NoRtsp),
        };
    }

    private static async Task WatchAsync(ParseResult parsed, DemoOptions options, Stage stage, Observer observer, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Verb.IsInteractive(parsed) && !Console.IsErrorRedirected)
        {
            await console.Progress().Columns(new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn()).StartAsync(async context =>
            {
                var task = context.AddTask("starting", maxValue: options.Seconds);
                await LoopAsync(500, (elapsed, line) => { task.Value = elapsed; task.Description = Markup.Escape(line); });
            });
            return;
        }
        var quiet = parsed.GetValue(Verb.Quiet);
        await LoopAsync(Math.Max(1000, options.Seconds * 100), (elapsed, line) => { if (!quiet) { Console.Error.WriteLine($"{elapsed,4:0} s  {line}"); } });

        async Task LoopAsync(int period, Action<double, string> show)
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < options.Seconds && stage.DaemonRuns)
            {
                await Task.Delay(period, stop);
                var seen = observer.Snapshot();
                show(Math.Min(options.Seconds, Stopwatch.GetElapsedTime(started).TotalSeconds),
                    $"{(seen.StreamState.Length > 0 ? seen.StreamState : "starting")}: {seen.PoseMessages} pose messages, {seen.Tracks} people so far, {seen.FpsProcessed:0.0} fps, age p50 {seen.AgeP50Ms:0} ms");
            }
        }
    }
}
