using System.CommandLine;
using EdgePose.Cli;
using EdgePose.Domain;
using EdgePose.ModelTools;
using EdgePose.Workshop.Quantization;
using EdgePose.Workshop.Verbs.Quantize;

namespace EdgePose.Workshop.Verbs.Models;

/// <summary>Measures a quantized model's speed again.</summary>
internal static class SpeedCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Name of a quantized model" };

    public static Verb Create(Option<string[]> folders) => Verb.Create(
        "speed", "Measures a quantized model against its float model again, on this machine and its ONNX Runtime, and puts that into its card.",
        ["edgepose models speed litepose-m-int8", "edgepose models speed tinypose-int8 --models ~/models --json"], [Name, folders],
        (parsed, stop) => RunAsync(parsed, parsed.GetValue(folders) ?? [], stop));

    private static async Task<ExitCode> RunAsync(ParseResult parsed, IReadOnlyList<string> folders, CancellationToken stop)
    {
        try
        {
            var name = parsed.GetRequiredValue(Name);
            var done = await StageProgress.ShowAsync(parsed, p => Task.Run(
                () => SpeedAgain.Run(name, folders, new Stages(p).Start("speed"), TimeProvider.System, stop), stop));
            if (parsed.GetValue(Verb.Json)) { Output.Json(done, WorkshopJson.Default.SpeedCard); }
            else { Console.WriteLine($"{done.Name}: {QuantizeVerdict.Speed(done.Speed, done.Speed.Provider)} with onnxruntime {done.Speed.Runtime}; {done.Card} says so"); }
            return ExitCode.Ok;
        }
        catch (ModelToolsException e)
        {
            throw new UserError(ExitCode.Model, e.Message, e.Hint, e);
        }
    }
}
