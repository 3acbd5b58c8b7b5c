using EdgePose.Domain;
using EdgePose.Service.Configuration;
using EdgePose.Streams;

namespace EdgePose.Service.Checks;

/// <summary>Every camera that is switched on: opened once.</summary>
internal static class CamerasCheck
{
    public static async Task RunAsync(EdgePoseConfig config, Redactor redactor, Findings findings, TimeProvider time, CancellationToken stop)
    {
        foreach (var stream in config.Streams.Where(s => s.Enabled))
        {
            var source = stream.Source;
            var probe = new SourceProbe(new FfmpegTools(), redactor.Redact, time);
            var result = await probe.ProbeAsync(source.SubStream.Length > 0 ? source with { Url = source.SubStream } : source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            if (result.State == StreamState.NotFound && source.SubStream.Length > 0)
            {
                findings.Add("cameras", Verdict.Warning, $"{stream.Id}: the camera has no such sub-stream; url is read instead");
                result = await probe.ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            }
            if (result.Format is { } f) { findings.Add("cameras", Verdict.Ok, $"{stream.Id}: {f.Codec} {f.Width}x{f.Height}, {f.FramesPerSecond:0.##} fps announced"); }
            else { findings.Add("cameras", Verdict.Error, $"{stream.Id}: {result.Reason}", ExitCode.Source); }
        }
    }
}
