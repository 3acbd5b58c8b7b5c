using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using EdgePose.Domain;
using EdgePose.Networks.Models;

namespace EdgePose.Workshop.Models;

/// <summary>
/// Fetches one file over HTTPS into a <see cref="PartialFile"/>: follows few redirects and never to a weaker scheme, continues where an
/// earlier try ended, gives up on a silent server, and takes no more than a limit.
/// </summary>
internal sealed class HttpFetch : IDisposable
{
    private const int MaxRedirects = 5;

    /// <summary>Tries in a row that a broken connection may cost; each continues where the last one ended.</summary>
    private const int Tries = 3;
    private readonly HttpClient _client;

    public HttpFetch()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20), UseCookies = false };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("edgepose", "1"));
    }

    /// <summary>Longest time without a byte.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the whole file has arrived; what it holds is not checked here.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>. A part that can be continued stays.</exception>
    public async Task FetchAsync(Uri address, PartialFile part, long limit, IProgress<DownloadProgress>? progress, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await TryAsync(address, part, limit, progress, stop);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException or TimeoutException)
            {
                if (tries < Tries && part.Length > 0) { continue; }
                throw new UserError(ExitCode.Model, $"{address} cannot be fetched: {e.Message}",
                    part.Length > 0 ? $"run the same command again: it continues after {part.Length} bytes" : "check the network and any proxy (HTTPS_PROXY)", e);
            }
        }
    }

    private async Task TryAsync(Uri address, PartialFile part, long limit, IProgress<DownloadProgress>? progress, CancellationToken stop)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(stop);
        watch.CancelAfter(Silence);
        try
        {
            using var response = await RequestAsync(address, part, watch.Token);
            var append = response.StatusCode == HttpStatusCode.PartialContent;
            if (append && response.Content.Headers.ContentRange?.From != part.Length)
            {
                part.Delete();
                throw new HttpRequestException("the server continued at another place than was asked for");
            }
            var start = append ? part.Length : 0;
            var total = response.Content.Headers.ContentLength is { } length ? start + length : (long?)null;
            if (total > limit) { throw TooLarge(address, total.Value, limit); }
            var tag = response.Headers.ETag is { IsWeak: false } etag ? etag.Tag : "";
            await using var target = part.Open(append, tag);
            await CopyAsync(await response.Content.ReadAsStreamAsync(watch.Token), target, start, total, limit, address, progress, watch);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no byte came for {Silence.TotalSeconds:0} s"));
        }
        catch (IOException e) when (e is not HttpIOException)
        {
            // The disk: a part that may lack its end is of no use, and its room is needed.
            part.Delete();
            throw new UserError(ExitCode.Model, $"{part.Path} cannot be written: {e.Message}", "free some space, or name another folder with --models", e);
        }
    }

    private async Task CopyAsync(
        Stream source, Stream target, long start, long? total, long limit, Uri address, IProgress<DownloadProgress>? progress, CancellationTokenSource watch)
    {
        var (buffer, received) = (new byte[1 << 16], start);
        progress?.Report(new DownloadProgress(received, total));
        while (await ReadAsync(source, buffer, watch.Token) is var read and > 0)
        {
            watch.CancelAfter(Silence);
            received += read;
            if (received > limit) { throw TooLarge(address, received, limit); }
            await target.WriteAsync(buffer.AsMemory(0, read), watch.Token);
            progress?.Report(new DownloadProgress(received, total));
        }
        await target.FlushAsync(watch.Token);
        if (target is FileStream file) { file.Flush(flushToDisk: true); }
        if (total is { } whole && received < whole) { throw new HttpRequestException($"the connection ended after {received} of {whole} bytes"); }
    }

    // Failures of the network and of the disk are both IOExceptions; they mean different things.
    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken stop)
    {
        try { return await source.ReadAsync(buffer, stop); }
        catch (IOException e)
        {
            throw new HttpRequestException(e.Message, e);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(Uri address, PartialFile part, CancellationToken stop)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (part.Length > 0)
            {
                request.Headers.Range = new RangeHeaderValue(part.Length, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(part.Tag));
            }
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent) { return response; }
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && part.Length > 0)
                {
                    part.Delete();
                    continue;
                }
                address = Redirect(address, response) ?? throw Refusal(address, response.StatusCode);
            }
        }
        throw new UserError(ExitCode.Model, $"{address}: more than {MaxRedirects} redirects", "the release has moved; look for the model at its source");
    }

    private static Uri? Redirect(Uri address, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) { return null; }
        var next = new Uri(address, location);
        return ModelAddress.IsAllowed(next) ? next
            : throw new UserError(ExitCode.Model, $"{address} leads to {next.GetLeftPart(UriPartial.Path)}, which is not https", "the file was not fetched");
    }

    private static UserError Refusal(Uri address, HttpStatusCode status) => new(ExitCode.Model,
        $"{address}: the server answers {(int)status} {status}", status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => "the release has moved; look for the model at its source (edgepose models list --json)",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "the address needs an account; fetch the file by hand and use models import --as onnx",
            _ => "try again later",
        });

    private static UserError TooLarge(Uri address, long bytes, long limit) =>
        new(ExitCode.Model, $"{address}: {bytes} bytes or more, at most {limit} are taken", "this is not the model that the descriptor means");

    public void Dispose() => _client.Dispose();
}
