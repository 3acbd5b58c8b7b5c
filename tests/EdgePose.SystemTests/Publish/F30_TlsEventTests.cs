using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>F30. Whatever is wrong with the certificates: nothing goes out, the reason is in the state, and the spool keeps what happens until it is mended.</summary>
public sealed class F30_TlsEventTests : IDisposable
{
    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    [Theory]
    [InlineData("expired", "expired on")]
    [InlineData("not yet valid", "not valid before")]
    [InlineData("other authority", "not signed by the CA")]
    [InlineData("other host", "not for the host")]
    [InlineData("no client certificate", "")]
    [InlineData("revoked client certificate", "")]
    public async Task CertificateWrong_NothingGoesOutTheReasonIsSaidAndTheEventWaitsInTheSpool(string what, string reason)
    {
        var now = DateTimeOffset.UtcNow;
        using var other = new TestCa("another-ca");
        var server = what switch
        {
            "expired" => _ca.Issue("server", ["127.0.0.1"], now.AddDays(-20), now.AddDays(-10)),
            "not yet valid" => _ca.Issue("server", ["127.0.0.1"], now.AddDays(10), now.AddDays(20)),
            "other host" => _ca.Issue("server", ["broker.example"]),
            _ => _ca.Issue("server", ["127.0.0.1"]),
        };
        var client = _ca.Issue("client", []);
        var demanding = what.EndsWith("client certificate", StringComparison.Ordinal);
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions
        {
            Tls = (_ca.CaFile, server.Cert, server.Key), RequireClientCertificate = demanding,
            Extra = what == "revoked client certificate" ? $"crlfile {_ca.Revoke(client.Cert)}" : "",
        });
        var options = To(broker) with { Tls = true, CaFile = what == "other authority" ? other.CaFile : _ca.CaFile };
        if (what == "revoked client certificate") { options = options with { CertFile = client.Cert, KeyFile = client.Key }; }
        await using var site = new EventSite(options);

        await site.Raise("front", "kept").Completed;
        await site.UntilAsync(() => site.Publisher.Broker is { State: BrokerState.TlsError or BrokerState.Lost or BrokerState.Refused, Reason.Length: > 0 }, "no reason was given");
        Assert.Contains(reason, site.Publisher.Broker.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 1), (site.Publisher.EventCounts.Published, site.Spool.Stats().Depth));
        Assert.DoesNotContain("PUBLISH", broker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateMended_TheEventsThatWaitedArrive()
    {
        var folder = Directory.CreateTempSubdirectory("edgepose-mended-").FullName;
        var (first, second) = (_ca.Issue("client", []), _ca.Issue("client", []));
        var server = _ca.Issue("server", ["127.0.0.1"]);
        await using var broker = await MosquittoBroker.StartAsync(new BrokerOptions
        {
            Tls = (_ca.CaFile, server.Cert, server.Key), RequireClientCertificate = true, Extra = $"crlfile {_ca.Revoke(first.Cert)}",
        });
        var (cert, key) = (Path.Combine(folder, "client.crt"), Path.Combine(folder, "client.key"));
        File.Copy(first.Cert, cert);
        File.Copy(first.Key, key);
        await using (var site = new EventSite(To(broker) with { Tls = true, CaFile = _ca.CaFile, CertFile = cert, KeyFile = key }))
        {
            await site.Raise("front", "kept").Completed;
            await site.UntilAsync(() => site.Publisher.Broker.Reason.Length > 0, "the revoked certificate was not refused");
            File.Copy(second.Cert, cert, overwrite: true);
            File.Copy(second.Key, key, overwrite: true);
            await site.UntilAsync(() => site.Publisher.EventCounts.Published == 1, "the new certificate was not used");
        }
        Directory.Delete(folder, recursive: true);
    }
}
