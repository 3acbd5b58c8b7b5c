using EdgePose.Domain;
using EdgePose.Service.Configuration;
using EdgePose.Service.Endpoints;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service.Observe;

/// <summary>How the running pipeline is read.</summary>
internal sealed record Observed(Func<NodeSnapshot> Snapshot, Func<HealthAnswer> Health);

/// <summary>
/// What can be seen of the daemon from outside beside MQTT: metrics, health addresses, status socket. Follows the pipeline over reloads;
/// an address that did not change stays open.
/// </summary>
internal sealed partial class Observatory(Metrics metrics, Func<string, string?> environment, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<Observatory>();
    private volatile Observed? _observed;
    private HttpEndpoint? _http;
    private StatusSocket? _socket;
    private MetricsSettings? _shown;
    private string _path = "";

    /// <summary>The open status socket; null when there is none.</summary>
    public StatusSocket? Socket => _socket;

    /// <summary>
    /// Shows <paramref name="observed"/> from now on. An address for metrics that cannot be had is an error for the first pipeline; after a
    /// reload, and for the status socket always, it is a line in the log, because the cameras matter more.
    /// </summary>
    /// <exception cref="UserError">See above.</exception>
    public async Task FollowAsync(Observed observed, MetricsSettings page, StatusSettings status, CancellationToken stop)
    {
        var first = _observed is null;
        _observed = observed;
        metrics.ReadFrom(() => _observed.Snapshot());
        await ListenAsync(page, first, stop).ConfigureAwait(false);
        await OpenSocketAsync(status).ConfigureAwait(false);
    }

    private async Task ListenAsync(MetricsSettings page, bool mustWork, CancellationToken stop)
    {
        var listen = page.Listen;
        if (SameSettings.Are(page, _shown) && (listen is null || _http is not null)) { return; }
        if (_http is not null) { await _http.DisposeAsync().ConfigureAwait(false); }
        (_shown, _http) = (page, null);
        if (listen is null) { return; }
        var (endpoint, problem) = await HttpEndpoint.TryStartAsync(listen, HostNames.Own(page.Hosts), metrics, Health, stop).ConfigureAwait(false);
        _http = endpoint;
        if (endpoint is not null) { LogListening(listen); }
        else if (mustWork)
        {
            throw new UserError(ExitCode.Failed, $"metrics.listen {listen}: {problem}", "choose another port, or end the program that uses it (ss -ltnp)");
        }
        else { LogNotListening(listen, problem); }
    }

    private async Task OpenSocketAsync(StatusSettings config)
    {
        var path = config.Socket switch { StatusSettings.Off => "", StatusSettings.Auto => SocketPath.ForDaemon(environment), var own => own };
        if (path == _path && (path.Length == 0 || _socket is not null)) { return; }
        if (_socket is not null) { await _socket.DisposeAsync().ConfigureAwait(false); }
        (_path, _socket) = (path, null);
        if (path.Length == 0) { return; }
        _socket = StatusSocket.TryOpen(path, () => _observed?.Snapshot(), time, _logger, out var problem);
        if (_socket is null) { LogNoSocket(path, problem); }
    }

    private HealthAnswer? Health() => _observed?.Health();

    public async ValueTask DisposeAsync()
    {
        if (_http is not null) { await _http.DisposeAsync().ConfigureAwait(false); }
        if (_socket is not null) { await _socket.DisposeAsync().ConfigureAwait(false); }
        metrics.ReadFrom(null);
    }
}
