using System.Reflection;
using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Sinks.Mqtt.Transport;

namespace EdgePose.Service;

/// <summary>What runs here. A component that is missing says so instead of a version.</summary>
internal sealed record Versions(
    string Edgepose, string Runtime, string Os, string Architecture, string Onnxruntime, IReadOnlyList<string> CompiledProviders, string Ffmpeg, string Mqttnet)
{
    public static async Task<Versions> CollectAsync(CancellationToken stop)
    {
        var (ort, providers) = ReadOnnxRuntime();
        return new Versions(
            Self, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
            RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), ort, providers,
            await Streams.FfmpegVersion.ReadAsync(stop) is { Length: > 0 } version ? version : "not installed",
            MqttLibrary.Version);
    }

    public static string Self { get; } =
        typeof(Versions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public IEnumerable<(string Name, string Value)> Rows() =>
    [
        ("edgepose", Edgepose), (".net", Runtime), ("os", $"{Os} {Architecture}"),
        ("onnxruntime", CompiledProviders.Count == 0 ? Onnxruntime : $"{Onnxruntime} (compiled in: {string.Join(", ", CompiledProviders)})"),
        ("ffmpeg", Ffmpeg), ("mqttnet", Mqttnet),
    ];

    private static (string, IReadOnlyList<string>) ReadOnnxRuntime()
    {
        try
        {
            OrtRuntime.Initialize("");
            return (OrtRuntime.Version, OrtRuntime.CompiledProviders);
        }
        catch (UserError e)
        {
            return (e.Message, []);
        }
    }
}
