using System.Net;
using EdgePose.Peers;
using EdgePose.Tests.Service.Observe;
using EdgePose.Tests.Sinks.Mqtt;

namespace EdgePose.SystemTests.Observation;

public sealed class MetricsPageTests : IDisposable
{
    private readonly TinySite _site = new();
    private readonly HttpClient _http = new();

    private async Task<PrometheusText> ScrapeAsync()
    {
        using var answer = await _http.GetAsync(_site.Page("/metrics"));
        Assert.Equal((HttpStatusCode.OK, "text/plain; version=0.0.4; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        return PrometheusText.Parse(await answer.Content.ReadAsStringAsync());
    }

    private Task UntilAsync(Func<PrometheusText, bool> condition, EdgePoseProcess daemon) => Tools.UntilAsync(async () =>
    {
        try { return condition(await ScrapeAsync()); }
        catch (HttpRequestException)
        {
            return false;
        }
    }, () => string.Join('\n', daemon.Log));

    /// <summary>received = processed + dropped + in flight, from the text of one page.</summary>
    private static void AssertIdentity(PrometheusText page, string stream)
    {
        var (received, processed) = (page.Value("edgepose_frames_received_total", ("stream", stream)), page.Value("edgepose_frames_processed_total", ("stream", stream)));
        var (dropped, inFlight) = (page.Sum("edgepose_frames_dropped_total", ("stream", stream)), page.Value("edgepose_frames_in_flight", ("stream", stream)));
        Assert.Equal(received, processed + dropped + inFlight);
        Assert.InRange(inFlight, 0, 2);
    }

    [Fact]
    public async Task Identity_WhileFramesFlowAndAfterTheLast_HoldsToTheFrame()
    {
        // Faster than real time: 30 pages of a stream that hurries, then the end, at which nothing is in flight.
        const int Frames = 3000;
        _site.Configure($"  clip: {{ url: {await _site.ClipAsync(Frames)}, fps: 0, pace: max }}\n  live: {{ url: {await _site.ClipAsync(2000, "live.nut")}, fps: 0, loop: true }}");
        await using var daemon = _site.Run();
        await UntilAsync(p => p.Sum("edgepose_frames_processed_total", ("stream", "clip")) > 0, daemon);
        for (var i = 0; i < 30; i++)
        {
            var page = await ScrapeAsync();
            AssertIdentity(page, "clip");
            AssertIdentity(page, "live");
        }
        await UntilAsync(p => p.Value("edgepose_stream_state", ("stream", "clip"), ("state", "disabled")) == 1 && p.Value("edgepose_frames_in_flight", ("stream", "clip")) == 0, daemon);
        var end = await ScrapeAsync();
        Assert.Equal(Frames, end.Value("edgepose_frames_received_total", ("stream", "clip")));
        Assert.Equal(Frames, end.Value("edgepose_frames_processed_total", ("stream", "clip")));
        Assert.Equal(0, end.Sum("edgepose_frames_dropped_total", ("stream", "clip")));
        Assert.Equal(Frames, end.Value("edgepose_frame_age_seconds_count", ("stream", "clip")));
        AssertIdentity(end, "clip");
    }

    [Fact]
    public async Task Page_OfARunningDaemon_HasItsFiguresAndNoAddress()
    {
        _site.Configure($"  good: {{ url: {await _site.ClipAsync(100)}, loop: true }}\n  gone: {{ url: \"rtsp://viewer:hunter2@127.0.0.1:1/secret-path\" }}\n  off: {{ url: rtsp://cam.lan/x, enabled: false }}");
        await using var daemon = _site.Run();
        await UntilAsync(p => p.Sum("edgepose_frames_processed_total") > 3 && p.Sum("edgepose_stream_restarts_total") > 0, daemon);
        var text = await _http.GetStringAsync(_site.Page("/metrics"));
        var page = PrometheusText.Parse(text);
        Assert.Equal(1, page.Value("edgepose_stream_state", ("stream", "gone"), ("state", "unreachable")));
        Assert.Equal(1, page.Value("edgepose_stream_state", ("stream", "off"), ("state", "disabled")));
        Assert.True(page.Value("edgepose_stream_restarts_total", ("stream", "gone"), ("reason", "unreachable")) >= 1);
        Assert.Equal(1, page.Value("edgepose_inference_provider_info", ("provider", "cpu"), ("model", TinySite.Model)));
        Assert.True(page.Value("edgepose_stage_duration_seconds_sum", ("stage", "pose")) > 0);
        Assert.Equal(1, page.Value("edgepose_mqtt_connected"));
        Assert.True(page.Value("edgepose_mqtt_publish_duration_seconds_count") > 0);
        Assert.True(page.Value("process_resident_memory_bytes") > 1e7 && page.Value("process_cpu_seconds_total") > 0);
        Assert.All((string[])["hunter2", "viewer", "secret-path", "rtsp:", "127.0.0.1", _site.Folder], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        // Few enough series that a hundred daemons do not worry a Prometheus server.
        Assert.InRange(page.Samples.Count, 50, 250);
    }

    [Fact]
    public async Task Health_SaysLiveAndReadyWithTheReasonsOfTheStatusTopic()
    {
        _site.Configure("  gone: { url: \"rtsp://127.0.0.1:1/x\" }");
        await using var daemon = _site.Run();
        await UntilAsync(p => p.Sum("edgepose_stream_restarts_total") > 0, daemon);
        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var answer = await _http.GetAsync(_site.Page(path));
            var body = await answer.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("""{"state":"degraded","reasons":["stream gone: unreachable"]}""", body.Trim());
        }
        using var unknown = await _http.GetAsync(_site.Page("/"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var posted = await _http.PostAsync(_site.Page("/metrics"), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.False(posted.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Metrics_NotConfigured_NobodyListens_AndAReloadOpensThem()
    {
        _site.Configure("  gone: { url: \"rtsp://127.0.0.1:1/x\" }");
        var with = await File.ReadAllTextAsync(_site.ConfigPath);
        await File.WriteAllTextAsync(_site.ConfigPath, string.Join('\n', with.Split('\n').Where(l => !l.StartsWith("metrics:", StringComparison.Ordinal))));
        await using var daemon = _site.Run();
        await daemon.WaitForLogAsync("running 1 streams");
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(_site.Page("/metrics")));
        await File.WriteAllTextAsync(_site.ConfigPath, with);
        daemon.Signal(EdgePoseProcess.SigHup);
        await UntilAsync(p => p.Sum("edgepose_stream_state") == 1, daemon);
    }

    [Fact]
    public async Task Metrics_PortInUse_IsAnErrorThatNamesTheNextStep()
    {
        using var squatter = new System.Net.Sockets.TcpListener(IPAddress.Loopback, _site.MetricsPort);
        squatter.Start();
        _site.Configure("  gone: { url: \"rtsp://127.0.0.1:1/x\" }");
        await using var daemon = _site.Run();
        Assert.Equal(1, await daemon.WaitForExitAsync(Tools.Patience));
        Assert.Contains(daemon.Log, l => l.Contains($"metrics.listen 127.0.0.1:{_site.MetricsPort}", StringComparison.Ordinal));
        Assert.Contains(daemon.Log, l => l.StartsWith("try: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StatusSocket_LineOfARunningDaemon_FitsItsSchemaAndHoldsNoAddress()
    {
        _site.Configure($"  good: {{ url: {await _site.ClipAsync(100)}, loop: true }}\n  gone: {{ url: \"rtsp://viewer:hunter2@127.0.0.1:1/secret-path\" }}");
        await using var daemon = _site.Run();
        await Tools.UntilAsync(async () => (await _site.SnapshotAsync())?.Streams.Any(s => s.Processed > 3) == true, () => string.Join('\n', daemon.Log));
        var top = await EdgePoseProcess.RunAsync("top", "--json", "--once", "--socket", _site.Socket);
        Assert.True(top.ExitCode == 0, top.ToString());
        Assert.Empty(PublishedSchema.Load("top.v1").Check(top.Output));
        Assert.All((string[])["hunter2", "viewer", "secret-path", "rtsp:", _site.Folder], secret => Assert.DoesNotContain(secret, top.Output, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _http.Dispose();
        _site.Dispose();
    }
}

/// <summary>One after the other; beside them others may run, because what is watched are processes of their own.</summary>
