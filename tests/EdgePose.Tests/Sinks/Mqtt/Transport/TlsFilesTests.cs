using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

/// <summary>Every way in which the files of TLS can be wrong has words of its own.</summary>
public sealed class TlsFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-tls-").FullName;
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    public TlsFilesTests() =>
        _certificate = new CertificateRequest("CN=test", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    private static (TlsFiles? Files, string Reason) Read(string ca = "", string cert = "", string key = "") =>
        TlsFiles.Read(new MqttSettings { Host = "h", Port = 1, ClientId = "c", Tls = true, CaFile = ca, CertFile = cert, KeyFile = key });

    private static string Reason(string ca = "", string cert = "", string key = "")
    {
        var (files, reason) = Read(ca, cert, key);
        Assert.Null(files);
        return reason;
    }

    [Fact]
    public void RightFiles_AlsoWithAByteOrderMarkAndWindowsLines_AreRead()
    {
        var cert = Write("cert.pem", "\uFEFF" + _certificate.ExportCertificatePem().ReplaceLineEndings("\r\n"));
        var key = Write("key.pem", _key.ExportPkcs8PrivateKeyPem());
        var (files, reason) = Read(cert, cert, key);
        using (files)
        {
            Assert.Equal("", reason);
            Assert.Single(files!.Authorities!);
            Assert.NotNull(files.Client);
        }
    }

    [Fact]
    public async Task PathThatIsNoFile_IsNamed()
    {
        Assert.Equal($"{_folder}/none does not exist", Reason($"{_folder}/none"));
        Assert.Equal($"{_folder} is a folder", Reason(_folder));
        var pipe = Fifo.Make(Path.Combine(_folder, "pipe"));
        Assert.Equal($"{pipe} is a pipe or a device, not a file", await Task.Run(() => Reason(pipe)).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.EndsWith("is larger than 4096 KiB", Reason("/dev/zero"), StringComparison.Ordinal);
        Assert.EndsWith("is empty", Reason(Write("empty.pem", "")), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherForms_AreNamedWithTheCommandThatMakesPem()
    {
        Assert.Contains("is in DER form, and PEM is needed: openssl x509 -inform der", Reason(Write("ca.der", _certificate.RawData)), StringComparison.Ordinal);
        Assert.Contains("is in PKCS #12 form, and PEM is needed: openssl pkcs12", Reason(Write("ca.p12", _certificate.Export(X509ContentType.Pkcs12))), StringComparison.Ordinal);
        var cert = Write("cert.pem", _certificate.ExportCertificatePem());
        Assert.Contains("is a key in DER form, and PEM is needed: openssl pkey", Reason("", cert, Write("key.der", _key.ExportPkcs8PrivateKey())), StringComparison.Ordinal);
        Assert.Contains(TextFile(), Reason(Write("noise", [1, 2, 3, 0xFF, 0xC0, 6, 7, 8, 9])), StringComparison.Ordinal);

        static string TextFile() => "is not UTF-8 text";
    }

    [Fact]
    public void WrongContents_AreNamed()
    {
        var cert = Write("cert.pem", _certificate.ExportCertificatePem());
        var key = Write("key.pem", _key.ExportPkcs8PrivateKeyPem());
        using var other = RSA.Create(2048);
        Assert.Contains("holds a key and no certificate", Reason(key), StringComparison.Ordinal);
        Assert.Contains("holds no certificate in PEM form", Reason(Write("text", "hello")), StringComparison.Ordinal);
        Assert.Contains("holds a request for a certificate", Reason(Write("csr", "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n")), StringComparison.Ordinal);
        Assert.Contains("holds no key in PEM form for the first certificate", Reason("", cert, Write("other.pem", other.ExportPkcs8PrivateKeyPem())), StringComparison.Ordinal);
        Assert.Contains("holds no key in PEM form for the first certificate", Reason("", cert, cert), StringComparison.Ordinal);
        var encrypted = _key.ExportEncryptedPkcs8PrivateKeyPem("p", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        Assert.Contains("is encrypted, and nobody is there to type its password", Reason("", cert, Write("enc.pem", encrypted)), StringComparison.Ordinal);
    }
}
