using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>F04: the ways in which a source is not there each have their state and their sentence.</summary>
public sealed class F04_SourceNotThereTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task EachAnswer_HasItsStateAndItsOwnSentence()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "f04.h264");
        await using var notFound = Refusing(clip, "DESCRIBE", "404 Not Found");
        await using var noSession = Refusing(clip, "PLAY", "454 Session Not Found");
        await using var busy = Refusing(clip, "DESCRIBE", "503 Service Unavailable");
        await using var forbidden = Refusing(clip, "DESCRIBE", "403 Forbidden");
        await using var plain = new ScriptedRtspServer(RtspScript.Endless(clip));
        (string What, string Url, StreamState State)[] cases =
        [
            ("404", notFound.Url, StreamState.NotFound),
            ("454", noSession.Url, StreamState.NotFound),
            ("503", busy.Url, StreamState.Unreachable),
            ("403", forbidden.Url, StreamState.AuthFailed),
            ("port closed", string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{RtspServer.FreePort()}/cam"), StreamState.Unreachable),
            ("no such host", "rtsp://no-such-host.invalid/cam", StreamState.Unreachable),
            ("no TLS there", "rtsps" + plain.Url[4..], StreamState.TlsError),
        ];
        var streams = cases.Select(static c => new RunningStream(RtspSourceTests.Rtsp(c.Url))).ToArray();
        try
        {
            foreach (var (stream, (what, _, state)) in streams.Zip(cases))
            {
                await stream.WaitAsync(s => s.Statuses.Any(x => x.State == state), what);
            }
            var reasons = streams.Zip(cases).Select(static p => p.First.Statuses.First(x => x.State == p.Second.State).Reason).ToArray();
            output.WriteLine(string.Join('\n', cases.Zip(reasons).Select(static p => $"{p.First.What}: {p.First.State}: {p.Second}")));
            Assert.Equal(reasons.Length, reasons.Distinct().Count());
            Assert.All(streams, static s => Assert.Empty(s.Frames));
        }
        finally
        {
            foreach (var stream in streams) { await stream.DisposeAsync(); }
        }
    }

    [Fact]
    public async Task CertificateThatIsNotTrusted_IsTlsError()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, certificate, stop.Token);
        var source = new SourceSettings
        {
            Stream = "cam", Url = $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/video", VerifyTls = true, FrameSize = static (_, _) => (160, 120),
        };
        await using (var stream = new RunningStream(source))
        {
            await stream.WaitAsync(static s => s.Status.State == StreamState.TlsError, "tls error");
            output.WriteLine(stream.Status.Reason);
        }
        await stop.CancelAsync();
        await serving;
    }

    private static ScriptedRtspServer Refusing(Elementary clip, string method, string answer) =>
        new(RtspScript.Endless(clip) with { Refuse = (_, asked) => asked == method ? answer : null });

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
            {
                _ = e; // the client refuses us, which is what the test is about
            }
        }
    }
}
