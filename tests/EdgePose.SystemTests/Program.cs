using EdgePose.Peers;
using EdgePose.SystemTests.Inference;
using Xunit.Runner.InProc.SystemConsole;

namespace EdgePose.SystemTests;

/// <summary>The roles in which the tests start this assembly as a process of its own; the test platform starts it without one.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["event-source", var folder, var port, var perSecond, var most]:
                await EventSource.RunAsync(folder, int.Parse(port, null), int.Parse(perSecond, null), int.Parse(most, null));
                return 0;
            case ["transport", var port, var qos, var keepAlive, var answer]:
                await TransportProcess.RunAsync(
                    int.Parse(port, null), (Sinks.Mqtt.MqttQos)int.Parse(qos, null), TimeSpan.FromSeconds(int.Parse(keepAlive, null)), TimeSpan.FromSeconds(int.Parse(answer, null)));
                return 0;
            case ["reconnects", var clip, var ffmpeg, var connections]:
                await ReconnectingSources.RunAsync(clip, ffmpeg, int.Parse(connections, null));
                return 0;
            case ["infer", var library]:
                OneInference.Run(library);
                return 0;
            case ["watched"]:
                await WatcherTests.RunAsync();
                return 0;
            default:
                Watcher.Start();
                Watcher.EndWithAncestors();
                return await ConsoleRunner.Run(arguments);
        }
    }
}
