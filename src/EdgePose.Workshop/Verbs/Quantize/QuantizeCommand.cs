using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.Workshop.Quantization;

namespace EdgePose.Workshop.Verbs.Quantize;

/// <summary>A float model to an int8 one that has to earn its place.</summary>
internal static class QuantizeCommand
{
    public static Verb Create() => Verb.Create(
        "quantize", "Makes an int8 model for a CPU, TensorRT or QNN, measures what it lost and gained, and refuses a bad one (exit code 7).",
        ["edgepose quantize litepose-m --calibrate clip.mp4 --target cpu --out models/litepose-m-int8.onnx",
         "edgepose quantize pp-tinypose-256x192 --calibrate pictures --target cpu --eval ann.json --images val --boxes gt --out tinypose-int8.onnx"],
        QuantizeOptions.All, RunAsync);

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var request = QuantizeOptions.Read(parsed);
        QuantizedFiles.CheckTarget(request);
        try
        {
            var result = await StageProgress.ShowAsync(parsed, p => QuantizeRun.RunAsync(request, p, TimeProvider.System, stop));
            stop.ThrowIfCancellationRequested();
            if (result.Report.Accepted) { QuantizedFiles.Write(request, result); }
            QuantizeTable.Write(parsed, result.Report);
            return result.Report.Accepted ? ExitCode.Ok : throw QuantizeVerdict.Refusal(result.Report);
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
        }
    }
}
