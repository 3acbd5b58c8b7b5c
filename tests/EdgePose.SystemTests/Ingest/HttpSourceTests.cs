using System.Text;
using EdgePose.Domain;
using EdgePose.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Ingest;

public sealed class HttpSourceTests(IngestFixture fixture) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-http-").FullName;
    private WebApplication? _web;
    private string _address = "";
    private int _sent;

    public async ValueTask InitializeAsync()
    {
        await Tool.RunAsync(
            "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_list_size", "0",
            Path.Combine(_folder, "list.m3u8"));
        var picture = Path.Combine(_folder, "picture.jpg");
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-frames:v", "1", picture);
        var jpeg = await File.ReadAllBytesAsync(picture);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(_folder), ServeUnknownFileTypes = true });
        _web.MapGet("/mjpeg", (HttpContext context) => SendMotionJpegAsync(context, jpeg));
        _web.MapGet("/locked", (HttpContext context) =>
        {
            if (context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:s3cret/x"))) { return SendMotionJpegAsync(context, jpeg); }
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"cam\"";
            return Task.CompletedTask;
        });
        _web.MapGet("/snap.jpg", (HttpContext context) => SendAsync(context, "image/jpeg", jpeg));
        _web.MapGet("/login.html", (HttpContext context) => SendAsync(context, "text/html", "<html><body>log in</body></html>"u8.ToArray()));
        _web.MapGet("/secure", static (HttpContext context) =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (302, "https://127.0.0.1:1/video?token=abc123");
            return Task.CompletedTask;
        });
        _web.MapGet("/jpg-parts", (HttpContext context) => SendMotionJpegAsync(context, jpeg, "Content-Type: image/jpg\r\n"));
        _web.MapGet("/untyped-parts", (HttpContext context) => SendMotionJpegAsync(context, jpeg, ""));
        await _web.StartAsync();
        _address = _web.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _web!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private SourceSettings Http(string path) => new() { Stream = "web", Url = _address + path, FrameSize = static (_, _) => (160, 120) };

    [Fact]
    public async Task Hls_PlaysInRealTimeAndReconnectsAtTheEnd()
    {
        await using var stream = new RunningStream(Http("/list.m3u8"));
        await stream.WaitForEpochAsync(2);
        var first = stream.Frames.Where(static f => f.Epoch == 1).ToArray();
        Assert.InRange(first.Length, 20, 60); // unpaced, each of the two segments would be one burst of which only the newest frames stay
        Assert.True((first[^1].CapturedUtc - first[0].CapturedUtc).TotalSeconds > 3); // of 4; a busy machine adds to it
    }

    /// <summary>Six segments of a second; from the third on, all times are an hour later.</summary>
    [Theory]
    [InlineData("jump.m3u8")]
    [InlineData("jump-master.m3u8")]
    public async Task Hls_WhoseTimesJump_PlaysThrough(string list)
    {
        var folder = _folder;
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-c", "copy", "-f", "segment", "-segment_time", "1", "-segment_format", "mpegts", Path.Combine(folder, "jump%d.ts"));
        foreach (var i in (int[])[2, 3])
        {
            await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-copyts", "-i", Path.Combine(folder, $"jump{i}.ts"), "-c", "copy", "-output_ts_offset", "3600", "-muxdelay", "0", Path.Combine(folder, $"late{i}.ts"));
        }
        const string Head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n";
        await File.WriteAllTextAsync(Path.Combine(folder, "jump.m3u8"), Head + "#EXTINF:1,\njump0.ts\n#EXTINF:1,\njump1.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:1,\nlate2.ts\n#EXTINF:1,\nlate3.ts\n#EXT-X-ENDLIST\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "jump-master.m3u8"), "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x240\njump.m3u8\n");
        await using var stream = new RunningStream(Http("/" + list) with { StallAfter = TimeSpan.FromSeconds(3) });
        await stream.WaitAsync(static s => s.Supervisor.Counters.Restarts(StreamState.Reconnecting) == 1, 30, "the end of the list");
        Assert.InRange(stream.Supervisor.Counters.Received, 58, 60);
        Assert.Equal(0, stream.Supervisor.Counters.Restarts(StreamState.Stalled));
    }

    [Fact]
    public async Task MotionJpeg_IsThinnedByArrivalTime()
    {
        await using var stream = new RunningStream(Http("/mjpeg") with { Fps = 5 });
        await stream.WaitForFramesAsync(20);
        Assert.Equal("mjpeg", stream.Status.Decoder);
        Assert.Equal(0, stream.Supervisor.Format!.FramesPerSecond);
        Assert.InRange(Volatile.Read(ref _sent) / (double)stream.Supervisor.Counters.Received, 2.2, 4.5); // every 66 ms, taken every 200
    }

    [Fact]
    public async Task MotionJpeg_WithPassword_PlaysOnlyWithTheRightOne()
    {
        var source = Http("/locked") with { User = "bob", Password = new Secret("s3cret/x") };
        await using (var stream = new RunningStream(source)) { await stream.WaitForFramesAsync(5); }
        await using var refused = new RunningStream(source with { Password = new Secret("other") });
        await refused.WaitAsync(static s => s.Status.State == StreamState.AuthFailed, "auth failed");
    }

    [Theory]
    [InlineData("/jpg-parts")]
    [InlineData("/untyped-parts")]
    public async Task MotionJpeg_WhosePartsAreLabelledOtherwise_Plays(string path)
    {
        await using var stream = new RunningStream(Http(path));
        await stream.WaitForFramesAsync(20, 20);
        Assert.Equal((1, 320, 240), (stream.Status.Epoch, stream.Status.Width, stream.Status.Height));
        Assert.InRange(stream.LastMean, 60, 200);
    }

    [Fact]
    public async Task SinglePicture_IsFetchedAgainAndAgain_AtTheRateThatIsWanted()
    {
        await using var stream = new RunningStream(Http("/snap.jpg") with { Fps = 10 });
        await stream.WaitForFramesAsync(15, 20);
        Assert.Equal((1, 0), (stream.Status.Epoch, stream.Status.Reconnects));
        Assert.True(stream.MedianIntervalMs() > 60); // of 100; a busy machine adds to it
        Assert.InRange(stream.LastMean, 60, 200);
    }

    [Theory]
    [InlineData("/secure", "redirects to https://127.0.0.1:1/video?***; write that address")]
    [InlineData("/login.html", "a web page, no video")]
    public async Task AnswerThatIsNoVideo_IsNamed(string path, string expected)
    {
        await using var stream = new RunningStream(Http(path));
        await stream.WaitAsync(static s => s.Status.State == StreamState.NotFound, 20, "not found");
        Assert.Contains(expected, stream.Status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("abc123", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingPath_IsNotFound()
    {
        await using var stream = new RunningStream(Http("/none?token=abc123"));
        await stream.WaitAsync(static s => s.Status.State == StreamState.NotFound, "not found");
        Assert.DoesNotContain("abc123", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }

    private static async Task SendAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private async Task SendMotionJpegAsync(HttpContext context, byte[] jpeg, string label = "Content-Type: image/jpeg\r\n")
    {
        context.Response.ContentType = "multipart/x-mixed-replace; boundary=frame";
        Volatile.Write(ref _sent, 0);
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                Interlocked.Increment(ref _sent);
                await context.Response.WriteAsync($"--frame\r\n{label}Content-Length: {jpeg.Length}\r\n\r\n", context.RequestAborted);
                await context.Response.Body.WriteAsync(jpeg, context.RequestAborted);
                await context.Response.WriteAsync("\r\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(66, context.RequestAborted);
            }
        }
        catch (OperationCanceledException) { Assert.True(context.RequestAborted.IsCancellationRequested); }
    }
}
