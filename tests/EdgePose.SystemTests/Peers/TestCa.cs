using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgePose.Peers;

/// <summary>A certificate authority of its own in a temporary folder, for brokers and servers with TLS.</summary>
internal sealed class TestCa : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-ca-").FullName;
    private readonly X509Certificate2 _root;
    private int _serial = 1;

    public TestCa(string name = "test-ca")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = DateTimeOffset.UtcNow;
        _root = request.CreateSelfSigned(now.AddYears(-10), now.AddYears(1));
        CaFile = Path.Combine(_folder, "ca.crt");
        File.WriteAllText(CaFile, _root.ExportCertificatePem());
    }

    public string CaFile { get; }

    /// <summary>Issues a certificate; the names are DNS names or IP addresses. Gives the paths of certificate and key.</summary>
    public (string Cert, string Key) Issue(string name, IReadOnlyList<string> hosts, DateTimeOffset? from = null, DateTimeOffset? until = null, X509Certificate2? by = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) { names.AddIpAddress(address); }
            else { names.AddDnsName(host); }
        }
        if (hosts.Count > 0) { request.CertificateExtensions.Add(names.Build()); }
        var now = DateTimeOffset.UtcNow;
        using var cert = request.Create(by ?? _root, from ?? now.AddDays(-1), until ?? now.AddDays(30), BitConverter.GetBytes(_serial++));
        var stem = Path.Combine(_folder, $"{name}-{_serial}");
        File.WriteAllText(stem + ".crt", cert.ExportCertificatePem());
        File.WriteAllText(stem + ".key", key.ExportPkcs8PrivateKeyPem());
        return (stem + ".crt", stem + ".key");
    }

    /// <summary>
    /// Issues a certificate through an intermediate authority, which the other side does not know. The certificate's file holds both; the leaf
    /// alone is beside it as <c>.leaf</c>.
    /// </summary>
    public (string Cert, string Key) IssueThroughIntermediate(string name, IReadOnlyList<string> hosts)
    {
        using var middleKey = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}-intermediate", middleKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = DateTimeOffset.UtcNow;
        using var signed = request.Create(_root, now.AddDays(-2), now.AddDays(60), BitConverter.GetBytes(_serial++));
        using var middle = signed.CopyWithPrivateKey(middleKey);
        var (cert, key) = Issue(name, hosts, by: middle);
        File.Move(cert, cert + ".leaf");
        File.WriteAllText(cert, File.ReadAllText(cert + ".leaf") + "\n" + middle.ExportCertificatePem());
        return (cert, key);
    }

    /// <summary>Revokes certificates and gives the path of the list, which also revokes nothing when none is named.</summary>
    public string Revoke(params IEnumerable<string> certificates)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var file in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            list.AddEntry(certificate);
        }
        var now = DateTimeOffset.UtcNow;
        var path = Path.Combine(_folder, $"revoked-{_serial++}.crl");
        File.WriteAllText(path, PemEncoding.WriteString("X509 CRL", list.Build(_root, 1, now.AddDays(30), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, now.AddDays(-1))));
        return path;
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
