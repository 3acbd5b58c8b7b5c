using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Models;

/// <summary>A release server on loopback that can misbehave.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelServer(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>What <c>/file</c> gives.</summary>
    public byte[] Content { get; set; } = [];

    /// <summary>The connection is cut after this many bytes of each answer; 0 sends all.</summary>
    public int CutAfter { get; set; }

    /// <summary>Cuts happen only this often.</summary>
    public int Cuts { get; set; } = int.MaxValue;
    public string Tag { get; set; } = "\"v1\"";

    /// <summary>Range headers of the requests for <c>/file</c>, in order; empty for none.</summary>
    public ConcurrentQueue<string> Ranges { get; } = new();

    public static async Task<ModelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ModelServer(app);
        app.MapGet("/file", server.SendAsync);
        app.MapGet("/moved", () => Results.Redirect("/file"));
        app.MapGet("/loop", () => Results.Redirect("/loop"));
        app.MapGet("/away", () => Results.Redirect("http://example.org/m.onnx"));
        app.MapGet("/secret", () => Results.StatusCode(403));
        app.MapGet("/broken", () => Results.StatusCode(503));
        app.MapGet("/silent", async (HttpContext context) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await app.StartAsync();
        server.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    private async Task SendAsync(HttpContext context)
    {
        Ranges.Enqueue(context.Request.Headers.Range.ToString());
        var (start, matches) = (0, context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == Tag);
        if (context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } from && matches)
        {
            start = (int)from;
            if (start >= Content.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {start}-{Content.Length - 1}/{Content.Length}";
        }
        if (Tag.Length > 0) { context.Response.Headers.ETag = Tag; }
        context.Response.ContentLength = Content.Length - start;
        var cut = CutAfter > 0 && Cuts-- > 0;
        await context.Response.Body.WriteAsync(Content.AsMemory(start, cut ? Math.Min(CutAfter, Content.Length - start) : Content.Length - start));
        await context.Response.Body.FlushAsync();
        if (!cut) { return; }
        // A reset overtakes what the other side has not read yet.
        await Task.Delay(300);
        context.Abort();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
