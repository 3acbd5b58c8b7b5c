using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;

namespace EdgePose.Service.Checks;

/// <summary>ffmpeg and ONNX Runtime: installed, and of a version that works.</summary>
internal static class RuntimeCheck
{
    public static async Task RunAsync(InferenceSettings inference, Findings findings, CancellationToken stop)
    {
        Look(await FfmpegVersion.GenerationAsync(stop).ConfigureAwait(false), findings);
        findings.Try("runtime", () =>
        {
            OrtRuntime.Initialize(inference.RuntimeLibrary);
            return $"onnxruntime {OrtRuntime.Version} from {OrtRuntime.Path}";
        });
    }

    /// <param name="ffmpeg">The one that is installed; null when there is none.</param>
    /// <param name="findings">Gets what is said of it.</param>
    internal static void Look(FfmpegGeneration? ffmpeg, Findings findings)
    {
        if (ffmpeg is null)
        {
            findings.Add("runtime", Verdict.Error, "ffmpeg is not installed; try: sudo apt-get install ffmpeg", ExitCode.Source);
            return;
        }
        if (ffmpeg.Problem is { } problem)
        {
            findings.Add("runtime", Verdict.Error, problem, ExitCode.Source);
            return;
        }
        findings.Add("runtime", Verdict.Ok, $"ffmpeg {ffmpeg.Name}");
        foreach (var lack in ffmpeg.Lacks()) { findings.Add("runtime", Verdict.Warning, $"ffmpeg {ffmpeg.Name} has {lack}"); }
    }
}
