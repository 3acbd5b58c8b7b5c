using System.Globalization;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

public sealed class RtspSourceTests(IngestFixture fixture)
{
    private const string User = "viewer", Password = "p4ss w:rd/@%'x";

    internal static SourceSettings Rtsp(string url) => new() { Stream = "cam", Url = url, FrameSize = static (_, _) => (160, 120) };

    [Theory]
    [InlineData(SourceTransport.Tcp)]
    [InlineData(SourceTransport.Udp)]
    internal async Task Transport_Works_AndTheDecoderIsNamed(SourceTransport transport)
    {
        using var server = new RtspServer(fixture.LongClip);
        await using var stream = new RunningStream(Rtsp(server.Url) with { Transport = transport });
        await stream.WaitForFramesAsync(40);
        Assert.Equal(StreamState.Online, stream.Status.State);
        Assert.Equal(("h264", "h264", 320, 240, 1, 0), (stream.Status.Codec, stream.Status.Decoder, stream.Status.Width, stream.Status.Height, stream.Status.Epoch, stream.Status.Reconnects));
        Assert.Equal("", stream.Status.Reason);
        Assert.Equal(15, stream.Supervisor.Format!.FramesPerSecond, 1);
        Assert.InRange(stream.LastMean, 60, 200);
    }

    [Fact]
    public async Task Fps_ThinsTheStream()
    {
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(Clip.MakePlain(fixture.Folder, "gray", "thinned.h264")));
        await using var stream = new RunningStream(Rtsp(camera.Url) with { Fps = 5 });
        await stream.WaitForFramesAsync(40);
        // One of three, whatever the machine's speed; some are on their way.
        Assert.InRange(camera.Sent.Values.Max() / (double)stream.Supervisor.Counters.Received, 2.5, 4);
    }

    [Fact]
    public async Task Digest_RightPassword_PlaysAndThePasswordIsNowhere()
    {
        using var server = new RtspServer(fixture.LongClip, User, Password);
        await using var stream = new RunningStream(Rtsp(server.Url) with { User = User, Password = new Secret(Password) });
        await stream.WaitForFramesAsync(10);

        string[] forms = [Password, Uri.EscapeDataString(Password)];
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            var texts = ReadOrEmpty(folder + "/cmdline") + ReadOrEmpty(folder + "/environ");
            Assert.All(forms, form => Assert.DoesNotContain(form, texts, StringComparison.Ordinal));
        }
        AssertSecretFree(stream, forms);
    }

    [Fact]
    public async Task Digest_WrongPassword_IsAuthFailedWithoutARetryStorm()
    {
        using var server = new RtspServer(fixture.LongClip, User, Password);
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(Rtsp(server.Url) with { User = User, Password = new Secret("wr0ng-secret") }, time: time);
        await stream.WaitAsync(static s => s.Status.State == StreamState.AuthFailed, "auth failed");
        Assert.Contains("401", stream.Status.Reason, StringComparison.Ordinal);
        var connections = server.Connections;
        await FastClock.RunAsync(time, stream, TimeSpan.FromSeconds(20), static () => false);
        Assert.Equal(connections, server.Connections);
        Assert.InRange(connections, 1, 2);
        Assert.Equal(1, stream.Supervisor.Counters.Restarts(StreamState.AuthFailed));
        AssertSecretFree(stream, ["wr0ng-secret", User + ":"]);
    }

    [Fact]
    public async Task UnknownPath_IsNotFound()
    {
        using var server = new RtspServer(fixture.LongClip);
        await using var stream = new RunningStream(Rtsp(server.Url + "era"));
        await stream.WaitAsync(static s => s.Status.State == StreamState.NotFound, "not found");
    }

    [Theory]
    [InlineData("rtsp://127.0.0.1:{0}/cam", "refused")]
    [InlineData("rtsp://no-such-host.invalid/cam", "resolved")]
    public async Task NobodyThere_IsUnreachable(string url, string reason)
    {
        var address = string.Format(CultureInfo.InvariantCulture, url, RtspServer.FreePort());
        await using var stream = new RunningStream(Rtsp(address));
        await stream.WaitAsync(static s => s.Status.State == StreamState.Unreachable, "unreachable");
        Assert.Contains(reason, stream.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TlsToAPortWithoutTls_IsTlsError()
    {
        using var server = new RtspServer(fixture.LongClip);
        await using var stream = new RunningStream(Rtsp("rtsps" + server.Url[4..]));
        await stream.WaitAsync(static s => s.Status.State == StreamState.TlsError, "tls error");
        Assert.Contains("does not speak TLS", stream.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SourceThatEndsWithExitCodeZero_IsReconnected()
    {
        using var server = new RtspServer(fixture.ShortClip);
        await using var stream = new RunningStream(Rtsp(server.Url));
        await stream.WaitForEpochAsync(2);
        Assert.Contains(stream.Statuses, static s => s is { State: StreamState.Reconnecting, Reason: "the source ended the stream" } or { State: StreamState.Stalled });
    }

    private static void AssertSecretFree(RunningStream stream, string[] forms)
    {
        var said = string.Join('\n', stream.Lines.Concat(stream.Statuses.Select(static s => s.ToString())));
        Assert.All(forms, form => Assert.DoesNotContain(form, said, StringComparison.Ordinal));
    }

    private static string ReadOrEmpty(string path)
    {
        try { return File.ReadAllText(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ""; }
    }
}
