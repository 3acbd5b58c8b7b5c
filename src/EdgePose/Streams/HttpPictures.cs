using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace EdgePose.Streams;

/// <summary>How the pictures of an HTTP source get to ffmpeg.</summary>
internal enum HttpDelivery
{
    /// <summary>ffmpeg fetches them.</summary>
    Direct,

    /// <summary>The address gives one picture; it is fetched again and again.</summary>
    Still,

    /// <summary>A stream of JPEG pictures in a wrapping that ffmpeg refuses: the pictures are taken out of it.</summary>
    Wrapped,
}

/// <summary>
/// Fetches JPEG pictures for ffmpeg where it cannot do so: an address that gives a single picture, and streams whose parts are labelled in
/// another way than <c>image/jpeg</c>. ffmpeg finds the pictures by their own markers (ITU-T T.81, B.1.1.3). Certificates are checked as
/// <see cref="SourceSettings.VerifyTls"/> says. A picture is at most 16 MiB.
/// </summary>
internal sealed class HttpPictures : IDisposable
{
    private const int MaxPicture = 16 * 1024 * 1024;
    private const double RateOfStills = 5;
    private static readonly byte[] StartOfImage = [0xFF, 0xD8];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SourceSettings _source;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    [SuppressMessage("Security", "CA5359", Justification = "Cameras carry self-signed certificates; verify_tls has them checked.")]
    public HttpPictures(SourceSettings source, TimeProvider time)
    {
        (_source, _time) = (source, time);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = Patience };
        if (source.User.Length > 0) { handler.Credentials = new NetworkCredential(source.User, source.Password?.Reveal() ?? ""); }
        if (!source.VerifyTls) { handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true; }
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("edgepose", "1"));
    }

    /// <summary>Why the pictures ended; empty while they come.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The media type that the address answers with, in small letters; empty when it does not answer.</summary>
    public async Task<string> ContentTypeAsync(CancellationToken stop)
    {
        using var limit = Limit(stop);
        try
        {
            using var response = await GetAsync(limit.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? Unparsed(response) : "";
        }
        catch (Exception e) when (IsExpected(e, stop))
        {
            return ""; // ffmpeg's own message stands
        }
    }

    /// <summary>Writes the first picture, for a look at it.</summary>
    public async Task WriteFirstAsync(Stream output, HttpDelivery delivery, CancellationToken stop)
    {
        using var limit = Limit(stop);
        try
        {
            using var response = await GetAsync(limit.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            if (delivery == HttpDelivery.Still) { await output.WriteAsync(await ReadAsync(body, limit.Token).ConfigureAwait(false), limit.Token).ConfigureAwait(false); }
            // A second of a wrapped stream has a picture in it; ffprobe closes the pipe when it has seen enough.
            else { await CopyAsync(body, output, limit.Token).ConfigureAwait(false); }
        }
        catch (Exception e) when (IsExpected(e, stop)) { Problem = Why(e); }
    }

    /// <summary>Writes pictures until the source, ffmpeg or <paramref name="stop"/> ends it.</summary>
    public async Task WriteAllAsync(Stream output, HttpDelivery delivery, CancellationToken stop)
    {
        try
        {
            if (delivery == HttpDelivery.Still) { await PollAsync(output, stop).ConfigureAwait(false); }
            else
            {
                using var response = await GetAsync(stop).ConfigureAwait(false);
                await CopyAsync(await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false), output, stop).ConfigureAwait(false);
            }
            Problem = "the source ended the stream";
        }
        catch (Exception e) when (IsExpected(e, stop)) { Problem = Why(e); }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>ffmpeg takes a picture for complete when the next one begins, so that the two bytes of its beginning are sent ahead.</summary>
    private async Task PollAsync(Stream output, CancellationToken stop)
    {
        var interval = TimeSpan.FromSeconds(1 / (_source.Fps > 0 ? _source.Fps : RateOfStills));
        await output.WriteAsync(StartOfImage, stop).ConfigureAwait(false);
        while (true)
        {
            var began = _time.GetTimestamp();
            var picture = await FetchAsync(stop).ConfigureAwait(false);
            await output.WriteAsync(picture.AsMemory(StartOfImage.Length), stop).ConfigureAwait(false);
            await output.WriteAsync(StartOfImage, stop).ConfigureAwait(false);
            await output.FlushAsync(stop).ConfigureAwait(false);
            var rest = interval - _time.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) { await Task.Delay(rest, _time, stop).ConfigureAwait(false); }
        }
    }

    private async Task<byte[]> FetchAsync(CancellationToken stop)
    {
        using var limit = Limit(stop);
        using var response = await GetAsync(limit.Token).ConfigureAwait(false);
        var picture = await ReadAsync(await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false), limit.Token).ConfigureAwait(false);
        return picture.AsSpan().StartsWith(StartOfImage) ? picture : throw new HttpRequestException("the address no longer gives a JPEG picture");
    }

    private async Task<HttpResponseMessage> GetAsync(CancellationToken stop)
    {
        var response = await _client.GetAsync(new Uri(_source.Url), HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) { return response; }
        var status = (int)response.StatusCode;
        response.Dispose();
        throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"the source answers {status}"));
    }

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken stop)
    {
        using var all = new MemoryStream();
        await CopyAsync(body, all, stop, MaxPicture).ConfigureAwait(false);
        return all.ToArray();
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken stop, long most = long.MaxValue)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0)
        {
            most -= read;
            if (most < 0) { throw new HttpRequestException("the picture is larger than 16 MiB"); }
            await to.WriteAsync(buffer.AsMemory(0, read), stop).ConfigureAwait(false);
            await to.FlushAsync(stop).ConfigureAwait(false);
        }
    }

    private static CancellationTokenSource Limit(CancellationToken stop)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        return limit;
    }

    // "multipart/x-mixed-replace; boundary=a b" is not what the standard allows, and is sent.
    private static string Unparsed(HttpResponseMessage response) =>
        response.Content.Headers.TryGetValues("Content-Type", out var values) ? values.First().Split(';')[0].Trim().ToLowerInvariant() : "";

    private static bool IsExpected(Exception e, CancellationToken stop) => e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested);

    private static string Why(Exception e) => e is OperationCanceledException ? "the source does not answer" : e.Message;
}
