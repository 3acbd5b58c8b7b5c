using System.Diagnostics;
using System.Globalization;
using EdgePose.Config;
using EdgePose.Domain;
using EdgePose.Hosting;
using EdgePose.Inference;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Benchmarks;

/// <summary>
/// Frames per second of the whole pipeline on a recording, as fast as possible (decode, pre-process, network, decode, track, payload),
/// divided by the frames per second of the same bottom-up network alone in a loop, both in this process and with the same threads. The two are
/// measured in turns, so that a noisy machine disturbs both.
/// </summary>
internal static class EndToEndRatio
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("usage: ratio CLIP MODEL [--models DIR] [--threads N] [--profile fast|accurate] [--rounds N] [--seconds S] [--spin 0|1]");
            return 2;
        }
        string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : otherwise;
        var (clip, model, threads) = (Path.GetFullPath(args[0]), args[1], int.Parse(Option("--threads", "2"), CultureInfo.InvariantCulture));
        var seconds = double.Parse(Option("--seconds", "8"), CultureInfo.InvariantCulture);
        var rounds = int.Parse(Option("--rounds", "3"), CultureInfo.InvariantCulture);
        var config = Load(clip, model, Option("--models", ""), threads, Option("--profile", "fast"), Option("--spin", "0"));
        var (raw, whole, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var (fps, shape) = await WholeAsync(config, TimeSpan.FromSeconds(seconds));
            var alone = Raw(config, shape, TimeSpan.FromSeconds(seconds));
            whole.Add(fps);
            raw.Add(alone);
            ratios.Add(fps / alone);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}: pipeline {fps:0.00} fps, network alone {alone:0.00} fps at {shape.Width}x{shape.Height}, ratio {fps / alone:0.000}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"median: pipeline {Median(whole):0.00} fps, network alone {Median(raw):0.00} fps, ratio {Median(ratios):0.000} ({model}, {threads} threads)"));
        return 0;
    }

    private static EdgePoseConfig Load(string clip, string model, string models, int threads, string profile, string spin)
    {
        var folders = models.Length > 0 ? $"\"{Path.GetFullPath(models)}\"" : "";
        var yaml = string.Create(CultureInfo.InvariantCulture,
            $"inference: {{ threads: {threads}, providers: [cpu], provider_options: {{ cpu: {{ session.intra_op.allow_spinning: \"{spin}\" }} }} }}\nmodels: {{ folders: [{folders}] }}\npose: {{ model: {model}, profile: {profile} }}\n"
            + $"poses: {{ max_rate: 60 }}\nstreams:\n  clip: {{ url: \"{clip}\", fps: 0, pace: max, loop: true }}\n");
        var loaded = ConfigLoader.Parse(System.Text.Encoding.UTF8.GetBytes(yaml), "ratio.yaml");
        return loaded.Config ?? throw new InvalidOperationException(string.Join('\n', loaded.Problems));
    }

    private static async Task<(double Fps, (int Width, int Height) Input)> WholeAsync(EdgePoseConfig config, TimeSpan duration)
    {
        var options = new PipelineOptions("", Stream.Null);
        await using var pipeline = Pipeline.Build(config, options, new Redactor(), NullLoggerFactory.Instance, TimeProvider.System);
        pipeline.Start(new Publish.NodeInfo { Version = "bench", ConfigHash = "", Boot = "", Started = DateTimeOffset.UnixEpoch, Models = [], Streams = [] });
        var lane = pipeline.Streams[0].Lane;
        // The first frames pay for ffmpeg's start and the network's first runs.
        while (lane.Processed < 10) { await Task.Delay(20); }
        var (start, first) = (Stopwatch.GetTimestamp(), lane.Processed);
        await Task.Delay(duration);
        var fps = (lane.Processed - first) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var largest = pipeline.Sessions.Single().LastBinding;
        return (fps, (largest.Width, largest.Height));
    }

    private static double Raw(EdgePoseConfig config, (int Width, int Height) input, TimeSpan duration)
    {
        using var store = ModelStore.Load(config.Models.Folders, Mapping.Inference(config.Inference, ""));
        var session = store.Open(store.Catalog.Get(config.Streams[0].Pose.Model));
        var binding = session.Bind(1, input.Height, input.Width);
        for (var i = 0; i < 10; i++) { binding.Run(); }
        var (start, runs) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(start) < duration) { binding.Run(); runs++; }
        return runs / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
