using System.Text.Json;

namespace EdgePose.Workshop.Demo;

/// <summary>The demo's result, as the independent subscriber saw it.</summary>
internal sealed record Summary(
    string Source, string Model, string Detector, int Seconds, int Messages, int PoseMessages, int UnreadableMessages, int Tracks, int LargestCrowd,
    double FpsProcessed, double AgeP50Ms, double AgeP99Ms, long FramesReceived, long FramesDropped, string LastAvailability, int DaemonExitCode,
    string? Picture, string ConfigFile, string Manual, IReadOnlyDictionary<string, int> Topics, JsonElement? Sample)
{
    public static Summary From(DemoOptions options, Stage stage, Observation seen, string availability, int exit) => new(
        stage.Source, options.Model, options.Detector, options.Seconds, seen.Messages, seen.PoseMessages, seen.Unreadable, seen.Tracks, seen.LargestCrowd,
        Math.Round(seen.FpsProcessed, 2), Math.Round(seen.AgeP50Ms, 1), Math.Round(seen.AgeP99Ms, 1), seen.FramesReceived, seen.FramesDropped, availability, exit,
        seen.Sample is null ? null : Path.GetFullPath(options.Picture), stage.ConfigFile, ManualPath(), seen.Topics, seen.Sample);

    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"What mosquitto_sub received in {Seconds} s from {Source}:");
        foreach (var (topic, count) in Topics) { output.WriteLine($"  {count,6}  {topic}"); }
        output.WriteLine();
        output.WriteLine($"  messages        {Messages} ({PoseMessages} with poses, {UnreadableMessages} unreadable)");
        output.WriteLine($"  people          {Tracks} distinct tracks, at most {LargestCrowd} at once");
        output.WriteLine($"  frames          {FpsProcessed:0.0} per second processed, {FramesReceived} received, {FramesDropped} dropped");
        output.WriteLine($"  frame age       p50 {AgeP50Ms:0} ms, p99 {AgeP99Ms:0} ms (capture to publish)");
        output.WriteLine($"  clean stop      exit code {DaemonExitCode}, retained availability \"{LastAvailability}\"");
        if (Sample is { } sample) { WriteSample(output, sample); }
        output.WriteLine();
        if (Picture is not null) { output.WriteLine($"Picture:        {Picture}"); }
        output.WriteLine($"Configuration:  {ConfigFile}");
        output.WriteLine($"Every key:      {Manual}");
    }

    private static void WriteSample(TextWriter output, JsonElement message)
    {
        var person = message.GetProperty("people")[0];
        var points = person.GetProperty("points").EnumerateArray().Take(5).Select(p => p.GetRawText());
        output.WriteLine($"  sample pose     track {person.GetProperty("track")}, score {person.GetProperty("score")}, {message.GetProperty("skeleton")}: {string.Join(' ', points)} ...");
    }

    private static string ManualPath()
    {
        var inCheckout = Path.GetFullPath(Path.Combine("config", "edgepose.yaml"));
        return File.Exists(inCheckout) ? inCheckout : Path.Combine(AppContext.BaseDirectory, "config", "edgepose.yaml");
    }
}
