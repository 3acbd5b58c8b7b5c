using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Service.Observe;

/// <summary>What the health addresses answer.</summary>
/// <param name="Alive">The watchdog's criterion: the inference thread makes progress.</param>
/// <param name="Status">As the status topic says it.</param>
internal readonly record struct HealthAnswer(bool Alive, NodeStatus Status);

/// <summary>
/// The daemon's page for machines: <c>/metrics</c> in Prometheus' format, <c>/health/live</c> and <c>/health/ready</c> (200 or 503, with
/// the state and its reasons as JSON). Read-only, without pictures, addresses or secrets.
/// </summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    private const int MostConnections = 32;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly PrometheusPage _page;
    private readonly Func<HealthAnswer?> _health;
    private readonly HostNames _names;

    private HttpEndpoint(IPEndPoint listen, HostNames names, Metrics metrics, Func<HealthAnswer?> health)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // An address that cannot be had is an answer to the caller, not a stack trace in the log.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            kestrel.Listen(listen);
        });
        (_page, _health, _names) = (new PrometheusPage(metrics), health, names);
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>Listens on <paramref name="listen"/>; null, with the problem, when the address cannot be had.</summary>
    public static async Task<(HttpEndpoint? Endpoint, string Problem)> TryStartAsync(
        IPEndPoint listen, HostNames names, Metrics metrics, Func<HealthAnswer?> health, CancellationToken stop)
    {
        var endpoint = new HttpEndpoint(listen, names, metrics, health);
        try
        {
            await endpoint._application.StartAsync(stop).ConfigureAwait(false);
            return (endpoint, "");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
            return (null, e.Message);
        }
    }

    private Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        if (!_names.Allows(request.Host.Host))
        {
            return SendAsync(http, StatusCodes.Status421MisdirectedRequest, "text/plain; charset=utf-8", "this name is not served here; ask the address, or list the name in metrics.hosts\n");
        }
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD";
            return SendAsync(http, StatusCodes.Status405MethodNotAllowed, "text/plain; charset=utf-8", "only GET is possible\n");
        }
        return request.Path.Value switch
        {
            "/metrics" => SendAsync(http, StatusCodes.Status200OK, PrometheusPage.ContentType, _page.Write()),
            "/health/live" => HealthAsync(http, static h => h.Alive),
            "/health/ready" => HealthAsync(http, static h => h.Status.State != NodeState.Failing),
            _ => SendAsync(http, StatusCodes.Status404NotFound, "text/plain; charset=utf-8", "there are /metrics, /health/live and /health/ready\n"),
        };
    }

    private Task HealthAsync(HttpContext http, Func<HealthAnswer, bool> isGood)
    {
        var health = _health();
        var document = new HealthDocument(health?.Status.State ?? NodeState.Failing, health?.Status.Reasons ?? ["no pipeline is running"]);
        var code = health is { } known && isGood(known) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return SendAsync(http, code, "application/json; charset=utf-8", JsonSerializer.Serialize(document, HealthJson.Plain.HealthDocument) + "\n");
    }

    private static async Task SendAsync(HttpContext http, int code, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        (http.Response.StatusCode, http.Response.ContentType, http.Response.ContentLength) = (code, type, bytes.Length);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(http.Request.Method)) { await http.Response.Body.WriteAsync(bytes, http.RequestAborted).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _page.Dispose();
    }
}
