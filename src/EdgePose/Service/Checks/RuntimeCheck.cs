using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;

namespace EdgePose.Service.Checks;

/// <summary>ffmpeg and ONNX Runtime: installed, and of a version that works.</summary>
internal static class RuntimeCheck
{
    public static async Task RunAsync(InferenceSettings inference, Findings findings, CancellationToken stop)
    {
        var ffmpeg = await FfmpegVersion.ReadAsync(stop).ConfigureAwait(false);
        var missing = ffmpeg.Length == 0;
        findings.Add("runtime", missing ? Verdict.Error : Verdict.Ok, missing ? "ffmpeg is not installed; try: sudo apt-get install ffmpeg" : $"ffmpeg {ffmpeg}", ExitCode.Source);
        findings.Try("runtime", () =>
        {
            OrtRuntime.Initialize(inference.RuntimeLibrary);
            return $"onnxruntime {OrtRuntime.Version} from {OrtRuntime.Path}";
        });
    }
}
