using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

public sealed class TlsTests : IDisposable
{
    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    private async Task<MosquittoBroker> StartAsync((string Cert, string Key) issued, bool requireClient = false, string extra = "") =>
        await MosquittoBroker.StartAsync(new BrokerOptions
        {
            Tls = (_ca.CaFile, issued.Cert, issued.Key), RequireClientCertificate = requireClient, Extra = extra,
        });

    private (string, string) Good() => _ca.Issue("server", ["localhost", "127.0.0.1"]);

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task Start_GoodCertificate_ConnectsAndPublishes(int version)
    {
        await using var broker = await StartAsync(Good());
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile, Version = (MqttVersion)version });
        await client.UntilAsync(BrokerState.Connected);

        Assert.True((await client.Transport.PublishAsync(Message("a", "1"))).IsSuccess);
    }

    [Fact]
    public async Task Start_OtherCa_SaysThatItIsNotSignedByTheCaFile()
    {
        using var other = new TestCa("another-ca");
        await using var broker = await StartAsync(Good());
        await using var client = Start(To(broker) with { Tls = true, CaFile = other.CaFile });

        await AssertTlsErrorAsync(client, $"not signed by the CA in {other.CaFile}");
    }

    [Fact]
    public async Task Start_SystemStore_SaysThatTheCaIsUnknown()
    {
        await using var broker = await StartAsync(Good());
        await using var client = Start(To(broker) with { Tls = true });

        await AssertTlsErrorAsync(client, "not signed by a CA of this system's store");
    }

    [Fact]
    public async Task Start_Expired_SaysWhen()
    {
        var now = DateTimeOffset.UtcNow;
        await using var broker = await StartAsync(_ca.Issue("old", ["127.0.0.1"], now.AddDays(-20), now.AddDays(-10)));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });

        await AssertTlsErrorAsync(client, $"expired on {now.AddDays(-10):yyyy-MM-dd}");
    }

    [Fact]
    public async Task Start_NotYetValid_SaysFromWhen()
    {
        var now = DateTimeOffset.UtcNow;
        await using var broker = await StartAsync(_ca.Issue("new", ["127.0.0.1"], now.AddDays(10), now.AddDays(20)));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });

        await AssertTlsErrorAsync(client, $"not valid before {now.AddDays(10):yyyy-MM-dd}");
    }

    [Fact]
    public async Task Start_OtherHostName_NamesTheHost()
    {
        await using var broker = await StartAsync(_ca.Issue("elsewhere", ["broker.example"]));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });

        await AssertTlsErrorAsync(client, "not for the host '127.0.0.1'");
    }

    [Fact]
    public async Task Start_OtherHostNameAndInsecureWrittenOut_Connects()
    {
        await using var broker = await StartAsync(_ca.Issue("elsewhere", ["broker.example"]));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile, Insecure = true });

        await client.UntilAsync(BrokerState.Connected);
    }

    [Fact]
    public async Task Start_ClientCertificate_IsAskedForAndAccepted()
    {
        await using var broker = await StartAsync(Good(), requireClient: true);
        var (cert, key) = _ca.Issue("client", []);
        var options = To(broker) with { Tls = true, CaFile = _ca.CaFile };
        await using var without = Start(options);
        await using var with = Start(options with { ClientId = "other", CertFile = cert, KeyFile = key });

        await with.UntilAsync(BrokerState.Connected);
        await without.UntilAsync(BrokerState.TlsError);
        Assert.DoesNotContain(without.States, s => s.State == BrokerState.Connected);
    }

    [Fact]
    public async Task Start_MissingCaFile_NamesTheFile()
    {
        await using var client = Start(new MqttSettings { Host = "127.0.0.1", Port = 1, ClientId = "x", Tls = true, CaFile = "/nowhere/ca.crt" });

        Assert.Contains("/nowhere/ca.crt does not exist", (await client.UntilAsync(BrokerState.TlsError)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EncryptedKey_FailsWithoutAskingOnTheTerminal()
    {
        await using var broker = await StartAsync(Good());
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, rsa.ExportEncryptedPkcs8PrivateKeyPem("pass", new(
            System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile, CertFile = _ca.Issue("client", []).Cert, KeyFile = key });

        var status = await client.UntilAsync(BrokerState.TlsError);
        Assert.Contains($"the key in {key} is encrypted", status.Reason, StringComparison.Ordinal);
        Assert.Contains("openssl pkey", status.Reason, StringComparison.Ordinal);
        File.Delete(key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_PortWithoutTls_NeverSendsPlaintext(bool withCaFile)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var client = Start(new MqttSettings
        {
            Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, ClientId = "edgepose-canary", User = "canary",
            Password = Password("canary-password"), Tls = true, CaFile = withCaFile ? _ca.CaFile : "",
            AnswerTimeout = TimeSpan.FromSeconds(2), BackoffMin = TimeSpan.FromMilliseconds(100),
        });
        var seen = new MemoryStream();
        for (var i = 0; i < 3; i++)
        {
            using var socket = await listener.AcceptTcpClientAsync();
            var buffer = new byte[4096];
            var count = await socket.GetStream().ReadAsync(buffer);
            Assert.Equal(0x16, buffer[0]);
            seen.Write(buffer, 0, count);
            await socket.GetStream().WriteAsync("no TLS here\r\n"u8.ToArray());
        }

        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(seen.ToArray()), StringComparison.Ordinal);
        Assert.Contains("does not answer with TLS", (await client.UntilAsync(BrokerState.TlsError)).Reason, StringComparison.Ordinal);
    }

    /// <summary>The library's own channels would send the leaf alone.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("tls_version tlsv1.2")]
    public async Task Start_ClientCertificateWithIntermediate_IsSentWithItsChain(string extra)
    {
        await using var broker = await StartAsync(Good(), requireClient: true, extra);
        var (cert, key) = _ca.IssueThroughIntermediate("client", []);
        var options = To(broker) with { Tls = true, CaFile = _ca.CaFile, KeyFile = key };
        await using var whole = Start(options with { CertFile = cert });
        await using var leaf = Start(options with { ClientId = "other", CertFile = cert + ".leaf" });

        await whole.UntilAsync(BrokerState.Connected);
        await AssertTlsErrorAsync(leaf, $"does not accept the client certificate in {cert}.leaf");
    }

    [Fact]
    public async Task Start_ServerCertificateWithIntermediate_IsTrustedThroughTheRootInTheCaFile()
    {
        var (cert, key) = _ca.IssueThroughIntermediate("server", ["127.0.0.1"]);
        await using var broker = await StartAsync((cert, key));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });
        await client.UntilAsync(BrokerState.Connected);

        await using var incomplete = await StartAsync((cert + ".leaf", key));
        await using var other = Start(To(incomplete) with { Tls = true, CaFile = _ca.CaFile });
        await AssertTlsErrorAsync(other, $"not signed by the CA in {_ca.CaFile}");
    }

    /// <summary>Under TLS 1.3 the refusal comes after the handshake, with the first data.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("tls_version tlsv1.2")]
    public async Task Start_ClientCertificateDemandedAndNoneConfigured_SaysSo(string extra)
    {
        await using var broker = await StartAsync(Good(), requireClient: true, extra);
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });

        await AssertTlsErrorAsync(client, "the broker demands a client certificate, and none is configured");
    }

    [Theory]
    [InlineData("")]
    [InlineData("tls_version tlsv1.2")]
    public async Task Start_ClientCertificateOfAnotherCa_SaysThatTheBrokerDoesNotAcceptIt(string extra)
    {
        using var other = new TestCa("another-ca");
        await using var broker = await StartAsync(Good(), requireClient: true, extra);
        var (cert, key) = other.Issue("client", []);
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile, CertFile = cert, KeyFile = key });

        await AssertTlsErrorAsync(client, $"does not accept the client certificate in {cert}");
    }

    /// <summary>A private authority without a revocation list, which the library would ask for over the network by default.</summary>
    [Fact]
    public async Task Start_AuthorityWithoutRevocationList_ConnectsAndTellsHowLongTheCertificateIsValid()
    {
        var until = DateTimeOffset.UtcNow.AddDays(12);
        await using var broker = await StartAsync(_ca.Issue("server", ["127.0.0.1"], until: until));
        await using var client = Start(To(broker) with { Tls = true, CaFile = _ca.CaFile });

        var status = await client.UntilAsync(BrokerState.Connected);

        Assert.InRange((status.CertificateUntil!.Value - until).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("no PEM here", "holds no certificate in PEM form")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate in PEM form")]
    public async Task Start_CaFileWithoutCertificate_SaysWhatItLacks(string content, string reason)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, content);
        await using var client = Start(new MqttSettings { Host = "127.0.0.1", Port = 1, ClientId = "x", Tls = true, CaFile = file });

        await AssertTlsErrorAsync(client, reason);
        File.Delete(file);
    }

    [Fact]
    public async Task Start_KeyOfAnotherCertificate_NamesBothFiles()
    {
        var (cert, key) = (_ca.Issue("one", []).Cert, _ca.Issue("two", []).Key);
        await using var client = Start(new MqttSettings { Host = "127.0.0.1", Port = 1, ClientId = "x", Tls = true, CertFile = cert, KeyFile = key });

        await AssertTlsErrorAsync(client, $"{key} holds no key in PEM form for the first certificate in {cert}");
    }

    private static async Task AssertTlsErrorAsync(TransportFixture client, string reason)
    {
        Assert.Contains(reason, (await client.UntilAsync(BrokerState.TlsError)).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(client.States, s => s.State == BrokerState.Connected);
    }
}
