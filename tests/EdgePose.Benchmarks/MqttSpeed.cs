using System.Diagnostics;
using System.Globalization;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Benchmarks;

/// <summary>
/// What a message costs in this process, against a broker that is already there: <c>mqtt [port] [messages] [rounds]</c>. Messages of 800 bytes,
/// 32 unanswered at a time; the first round warms up and does not count.
/// </summary>
internal static class MqttSpeed
{
    private const int Bytes = 800, Unanswered = 32;

    public static async Task<int> RunAsync(string[] args)
    {
        int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
        var (port, messages, rounds) = (Argument(0, 1883), Argument(1, 5000), Argument(2, 3));
        var options = new MqttSettings { Host = "127.0.0.1", Port = port, ClientId = "edgepose-speed" };
        await using var transport = new MqttTransport(options, TimeProvider.System, NullLogger<MqttTransport>.Instance);
        transport.Start(() => null);
        while (!transport.Status.IsConnected) { await Task.Delay(20); }
        foreach (var qos in Enum.GetValues<MqttQos>())
        {
            await RoundAsync(transport, qos, messages);
            for (var i = 0; i < rounds; i++) { Console.WriteLine(await RoundAsync(transport, qos, messages)); }
        }
        using var self = Process.GetCurrentProcess();
        Console.WriteLine($"resident {self.WorkingSet64 / 1048576.0:0.0} MiB");
        await transport.DisconnectAsync(CancellationToken.None);
        return 0;
    }

    private static async Task<string> RoundAsync(MqttTransport transport, MqttQos qos, int messages)
    {
        var window = new SemaphoreSlim(Unanswered);
        var message = new MqttMessage("speed/poses", new byte[Bytes], qos, false, new MqttProperties { ContentType = "application/json", Utf8 = true });
        var (cpu, allocated, watch, failed) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew(), 0);
        async Task SendAsync()
        {
            if (!(await transport.PublishAsync(message)).IsSuccess) { Interlocked.Increment(ref failed); }
            window.Release();
        }
        for (var i = 0; i < messages; i++)
        {
            await window.WaitAsync();
            _ = SendAsync();
        }
        for (var i = 0; i < Unanswered; i++) { await window.WaitAsync(); }
        var (spent, seconds) = (Environment.CpuUsage.TotalTime - cpu, watch.Elapsed.TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"QoS {(int)qos}: {messages / seconds,7:0} messages/s, {spent.TotalMicroseconds / messages,6:0.0} µs CPU and {(GC.GetTotalAllocatedBytes() - allocated) / (double)messages,6:0} bytes each, {failed} failed");
    }
}
