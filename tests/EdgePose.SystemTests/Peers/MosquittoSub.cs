using System.Diagnostics;
using System.Globalization;
using EdgePose.TestSupport;

namespace EdgePose.Peers;

/// <summary>A message as mosquitto_sub saw it. The three property fields are empty where the message has none.</summary>
internal sealed record SeenMessage(string Topic, int Qos, bool Retained, string ContentType, string Expiry, string UserProperties, string Payload);

/// <summary>A real mosquitto_sub: an independent witness of what the broker hands out.</summary>
internal sealed class MosquittoSub : IAsyncDisposable
{
    private static readonly string? Program = Tools.Find("mosquitto_sub", "/usr/bin");

    private readonly List<SeenMessage> _seen = [];
    private readonly Process _process;
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MosquittoSub(Process process) => _process = process;

    public IReadOnlyList<SeenMessage> Seen { get { lock (_seen) { return [.. _seen]; } } }

    /// <summary>Subscribes and returns when the broker has acknowledged it; skips the test where the program is not installed.</summary>
    public static async Task<MosquittoSub> StartAsync(
        MosquittoBroker broker, string filter = "#", string user = "", string password = "", string caFile = "")
    {
        Need.FromSetup(Program is not null, "needs mosquitto_sub: apt-get install mosquitto-clients");
        // Its debug lines, which say when the subscription stands, are block-buffered on a pipe; stdbuf replaces itself by the program.
        var start = new ProcessStartInfo("stdbuf") { RedirectStandardError = true, RedirectStandardOutput = true };
        List<string> arguments =
        [
            "-oL", Program!, "-h", broker.Host, "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-V", "5", "-q", "1", "-d", "-t", filter,
            "-F", "MSG\t%t\t%q\t%r\t%C\t%E\t%P\t%p",
        ];
        if (user.Length > 0) { arguments.AddRange(["-u", user, "-P", password]); }
        if (caFile.Length > 0) { arguments.AddRange(["--cafile", caFile]); }
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        var sub = new MosquittoSub(Process.Start(start)!);
        sub._process.OutputDataReceived += (_, e) => sub.Read(e.Data);
        sub._process.BeginOutputReadLine();
        sub._process.BeginErrorReadLine();
        try
        {
            await sub._subscribed.Task.WaitAsync(Tools.Patience);
            return sub;
        }
        catch (TimeoutException)
        {
            await sub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the first message that fits, also among those already seen.</summary>
    public async Task<SeenMessage> WaitForAsync(Func<SeenMessage, bool> fits, TimeSpan? patience = null)
    {
        SeenMessage? found = null;
        await Tools.UntilAsync(
            () => Task.FromResult((found = Seen.FirstOrDefault(fits)) is not null),
            () => "no message fits among:\n" + string.Join('\n', Seen), patience);
        return found!;
    }

    public Task<SeenMessage> WaitForAsync(string topic, string payload) => WaitForAsync(m => m.Topic == topic && m.Payload == payload);

    public void Forget()
    {
        lock (_seen) { _seen.Clear(); }
    }

    private void Read(string? line)
    {
        if (line is null) { return; }
        if (line.StartsWith("Subscribed", StringComparison.Ordinal)) { _subscribed.TrySetResult(); }
        var fields = line.Split('\t', 8);
        if (fields.Length != 8 || fields[0] != "MSG") { return; }
        var message = new SeenMessage(
            fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture), fields[3] == "1", fields[4], fields[5], fields[6], fields[7]);
        lock (_seen) { _seen.Add(message); }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
