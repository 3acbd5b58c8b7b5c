using System.Diagnostics;
using System.Text;
using EdgePose.Domain;
using EdgePose.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Ingest;

[Collection("Ingest")]
public sealed class HttpSourceTests(IngestFixture fixture) : IAsyncLifetime
{
    private WebApplication? _web;
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        await Tool.RunAsync(
            "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_list_size", "0",
            Path.Combine(fixture.Folder, "list.m3u8"));
        var picture = Path.Combine(fixture.Folder, "picture.jpg");
        await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", fixture.ShortClip, "-frames:v", "1", picture);
        var jpeg = await File.ReadAllBytesAsync(picture);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(fixture.Folder), ServeUnknownFileTypes = true });
        _web.MapGet("/mjpeg", (HttpContext context) => SendMotionJpegAsync(context, jpeg));
        _web.MapGet("/locked", (HttpContext context) =>
        {
            if (context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:s3cret/x"))) { return SendMotionJpegAsync(context, jpeg); }
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"cam\"";
            return Task.CompletedTask;
        });
        await _web.StartAsync();
        _address = _web.Urls.Single();
    }

    public async ValueTask DisposeAsync() => await _web!.DisposeAsync();

    private SourceSettings Http(string path) => new() { Stream = "web", Url = _address + path, FrameSize = static (_, _) => (160, 120) };

    [Fact]
    public async Task Hls_PlaysInRealTimeAndReconnectsAtTheEnd()
    {
        await using var stream = new RunningStream(Http("/list.m3u8"));
        await stream.WaitForEpochAsync(2, 25);
        var first = stream.Frames.Where(static f => f.Epoch == 1).ToArray();
        Assert.InRange(first.Length, 20, 60); // unpaced, each of the two segments would be one burst of which only the newest frames stay
        Assert.InRange((first[^1].CapturedUtc - first[0].CapturedUtc).TotalSeconds, 3, 8);
    }

    [Fact]
    public async Task MotionJpeg_IsThinnedByArrivalTime()
    {
        await using var stream = new RunningStream(Http("/mjpeg") with { Fps = 5 });
        await stream.WaitForFramesAsync(20, 20);
        Assert.Equal("mjpeg", stream.Status.Decoder);
        Assert.Equal(0, stream.Supervisor.Format!.FramesPerSecond);
        Assert.InRange(stream.MedianIntervalMs(), 130, 280); // 200; the source sends every 66 ms
    }

    [Fact]
    public async Task MotionJpeg_WithPassword_PlaysOnlyWithTheRightOne()
    {
        var source = Http("/locked") with { User = "bob", Password = new Secret("s3cret/x") };
        await using (var stream = new RunningStream(source)) { await stream.WaitForFramesAsync(5, 20); }
        await using var refused = new RunningStream(source with { Password = new Secret("other") });
        await refused.WaitAsync(static s => s.Status.State == StreamState.AuthFailed, 15, "auth failed");
    }

    [Fact]
    public async Task MissingPath_IsNotFound()
    {
        await using var stream = new RunningStream(Http("/none?token=abc123"));
        await stream.WaitAsync(static s => s.Status.State == StreamState.NotFound, 15, "not found");
        Assert.DoesNotContain("abc123", string.Concat(stream.Lines) + stream.Status, StringComparison.Ordinal);
    }

    private static async Task SendMotionJpegAsync(HttpContext context, byte[] jpeg)
    {
        context.Response.ContentType = "multipart/x-mixed-replace; boundary=frame";
        var clock = Stopwatch.StartNew();
        try
        {
            while (!context.RequestAborted.IsCancellationRequested && clock.Elapsed.TotalSeconds < 30)
            {
                await context.Response.WriteAsync($"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n", context.RequestAborted);
                await context.Response.Body.WriteAsync(jpeg, context.RequestAborted);
                await context.Response.WriteAsync("\r\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(66, context.RequestAborted);
            }
        }
        catch (OperationCanceledException) { Assert.True(context.RequestAborted.IsCancellationRequested); }
    }
}
