using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.Settings;
using EdgePose.Streams;
using EdgePose.Workshop.Probe;

namespace EdgePose.Workshop.Verbs.Probe;

/// <summary>One source, measured, and the YAML for it.</summary>
internal static class ProbeCommand
{
    private static readonly Argument<string> Source = new("source") { Description = "rtsp://, http://, a file, or /dev/video0" };
    private static readonly Option<string> User = new("--user") { Description = "User name at the camera" };
    private static readonly Option<string> PasswordFile = new("--password-file") { Description = "File that holds the camera's password (keeps it out of the process list)" };
    private static readonly Option<bool> Udp = new("--udp") { Description = "RTSP over UDP instead of TCP" };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to measure", DefaultValueFactory = _ => 10 };
    private static readonly Option<string> Id = new("--id") { Description = "Stream id for the printed YAML", DefaultValueFactory = _ => "front" };
    private static readonly Option<string> Decode = new("--hardware-decode") { Description = "auto, none, cuda, vaapi, v4l2m2m or drm", DefaultValueFactory = _ => "auto" };

    public static Verb Create()
    {
        Decode.AcceptOnlyFromAmong("auto", "none", "cuda", "vaapi", "v4l2m2m", "drm");
        return Verb.Create(
            "probe", "Measures one source and prints the YAML block for it.",
            ["edgepose probe rtsp://192.168.1.20/stream2 --user viewer --password-file cam.secret", "edgepose probe /dev/video0 --json"],
            [Source, User, PasswordFile, Udp, Seconds, Id, Decode],
            RunAsync);
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var seconds = parsed.GetValue(Seconds);
        if (seconds is < 1 or > 600) { throw new UserError(ExitCode.Usage, $"--seconds {seconds}: 1 to 600 is possible"); }
        var request = new ProbeRequest(
            parsed.GetRequiredValue(Source), parsed.GetValue(User) ?? "", ReadPassword(parsed), parsed.GetValue(Udp),
            parsed.GetValue(Decode)!, TimeSpan.FromSeconds(seconds), parsed.GetValue(Id)!)
        { PasswordFile = parsed.GetValue(PasswordFile) ?? "" };
        var report = await SourceProbing.RunAsync(request, Say(parsed), Verb.Verbosity(parsed) > 0, TimeProvider.System, stop);
        if (parsed.GetValue(Verb.Json)) { Output.Json(report, WorkshopJson.Default.SourceReport); }
        else if (report.Frames > 0) { Write(report); }
        if (report.Frames > 0) { return ExitCode.Ok; }
        var realm = report.Realm is { } name ? $"; the password is for \"{name}\"" : "";
        throw new UserError(ExitCode.Source, $"{report.Url}: {report.State.Replace('_', ' ')}: {report.Reason}{realm}", SourceHint.Of(report.State, SourceUrl.KindOf(report.Url)));
    }

    private static Secret? ReadPassword(ParseResult parsed)
    {
        if (parsed.GetValue(PasswordFile) is not { } file) { return null; }
        return TextFile.TryRead(file, SecretReader.MaxBytes, out _, out var why) is { } text ? new Secret(text.TrimEnd('\r', '\n'))
            : throw new UserError(ExitCode.Usage, $"--password-file {file} {why}", "write the password into a file, in one line");
    }

    private static Action<string> Say(ParseResult parsed) =>
        parsed.GetValue(Verb.Quiet) ? _ => { }
    : line => Console.Error.WriteLine(line);

    private static void Write(SourceReport r)
    {
        Line("state", r.State + (r.Reason.Length > 0 ? ": " + r.Reason : ""));
        Line("video", $"{r.Codec} {r.Width}x{r.Height}, decoded by {r.Decoder}");
        Line("frame rate", string.Create(CultureInfo.InvariantCulture, $"{r.FpsMeasured:0.0} measured, {r.FpsAnnounced:0.##} announced ({r.Frames} frames in {r.Seconds:0.0} s)"));
        Line("first frame", string.Create(CultureInfo.InvariantCulture, $"after {r.FirstFrameMs:0} ms"));
        if (r.Gop is { } gop) { Line("key pictures", string.Create(CultureInfo.InvariantCulture, $"every {gop} pictures, {r.GopSeconds:0.0} s")); }
        if (r.BitrateKbps is { } rate) { Line("bit rate", string.Create(CultureInfo.InvariantCulture, $"{rate:0} kbit/s")); }
        if (r.JitterMs is { } jitter) { Line("jitter", string.Create(CultureInfo.InvariantCulture, $"{jitter:0} ms (95th percentile)")); }
        Line("loss", string.Create(CultureInfo.InvariantCulture, $"{r.PacketsLost} packets lost, {r.DamagedPictures} pictures damaged, {r.DecodeErrors} decode errors"));
        Line("capture time", r.TimeSource switch
        {
            "rtcp" => string.Create(CultureInfo.InvariantCulture, $"told by the camera: a decoded picture is {r.CameraLagMs:0} ms behind its clock (delay and clock skew together)"),
            "recording" => "the time line of the recording",
            _ => "the camera tells none that differs from the arrival here, so that delay and clock skew cannot be measured",
        });
        Console.WriteLine();
        foreach (var advice in r.Advice) { Console.WriteLine("# " + advice); }
        Console.WriteLine("# paste into edgepose.yaml");
        Console.Write(r.Yaml);

        static void Line(string name, string value) => Console.WriteLine($"{name,-15} {value}");
    }
}
