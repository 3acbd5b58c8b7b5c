using System.CommandLine;
using EdgePose.Domain;
using EdgePose.Hosting;

namespace EdgePose.Cli;

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
            parsed.GetRequiredValue(Source), parsed.GetValue(User) ?? "", await ReadPasswordAsync(parsed, stop), parsed.GetValue(Udp),
            parsed.GetValue(Decode)!, TimeSpan.FromSeconds(seconds), parsed.GetValue(Id)!);
        var report = await SourceProbing.RunAsync(request, Say(parsed), parsed.GetValue(Verb.Verbose), TimeProvider.System, stop);
        if (parsed.GetValue(Verb.Json)) { Output.Json(report, CliJson.Default.SourceReport); }
        else if (report.Frames > 0) { Write(report); }
        if (report.Frames > 0) { return ExitCode.Ok; }
        throw new UserError(ExitCode.Source, $"{report.Url}: {report.State.Replace('_', ' ')}: {report.Reason}", Hint(report.State));
    }

    private static async Task<Secret?> ReadPasswordAsync(ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(PasswordFile) is not { } file) { return null; }
        if (!File.Exists(file)) { throw new UserError(ExitCode.Usage, $"--password-file {file} does not exist"); }
        return new Secret((await File.ReadAllTextAsync(file, stop)).TrimEnd('\r', '\n'));
    }

    private static Action<string> Say(ParseResult parsed) =>
        parsed.GetValue(Verb.Quiet) ? _ => { }
    : line => Console.Error.WriteLine(line);

    private static void Write(SourceReport r)
    {
        Console.WriteLine($"state           {r.State}{(r.Reason.Length > 0 ? ": " + r.Reason : "")}");
        Console.WriteLine($"video           {r.Codec} {r.Width}x{r.Height}, decoded by {r.Decoder}");
        Console.WriteLine($"frame rate      {r.FpsMeasured:0.0} measured, {r.FpsAnnounced:0.##} announced ({r.Frames} frames in {r.Seconds:0.0} s)");
        Console.WriteLine($"first frame     after {r.FirstFrameMs:0} ms");
        Console.WriteLine($"decode errors   {r.DecodeErrors}");
        Console.WriteLine();
        Console.WriteLine("# paste into edgepose.yaml");
        Console.Write(r.Yaml);
    }

    private static string Hint(string state) => state switch
    {
        "auth_failed" => "check --user and --password-file; some cameras lock an account after a few wrong passwords",
        "not_found" => "check the path part of the address in the camera's manual",
        "unreachable" => "check the address, the port and the cable; try --udp when the camera refuses TCP",
        "tls_error" => "try the plain rtsp:// or http:// address",
        _ => "run again with -v",
    };
}
