using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgePose.Settings;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>The PEM files of a TLS connection, read again for every connection, so that renewed certificates need no restart.</summary>
internal sealed class TlsFiles : IDisposable
{
    /// <summary>A system's whole store of authorities is a quarter of a megabyte.</summary>
    private const int MostBytes = 4 << 20;

    private readonly List<X509Certificate2> _owned = [];

    /// <summary>The only trusted roots; null = the operating system's.</summary>
    public X509Certificate2Collection? Authorities { get; private set; }

    /// <summary>Our certificate with its key and the intermediate certificates of its file; null = none.</summary>
    public SslStreamCertificateContext? Client { get; private set; }

    /// <summary>Reads them; otherwise gives the reason for people.</summary>
    public static (TlsFiles? Files, string Reason) Read(MqttSettings options)
    {
        var files = new TlsFiles();
        var reason = files.ReadAuthorities(options.CaFile) ?? files.ReadClient(options.CertFile, options.KeyFile);
        if (reason is null) { return (files, ""); }
        files.Dispose();
        return (null, reason);
    }

    private string? ReadAuthorities(string file)
    {
        if (file.Length == 0) { return null; }
        if (ReadText(file, out var why) is not { } text) { return why; }
        Authorities = Certificates(text);
        return Authorities is null ? NoCertificate(file, text) : null;
    }

    private string? ReadClient(string certFile, string keyFile)
    {
        if (certFile.Length == 0) { return null; }
        if (ReadText(certFile, out var why) is not { } text || ReadText(keyFile, out why) is not { } key) { return why; }
        // Either form: of PKCS #8, and the older one of OpenSSL.
        if (key.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
            || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return $"the key in {keyFile} is encrypted, and nobody is there to type its password: "
                + $"write it unencrypted (openssl pkey -in {keyFile} -out NEW) and let the file's mode protect it";
        }
        if (Certificates(text) is not { } chain) { return NoCertificate(certFile, text); }
        try
        {
            var leaf = X509Certificate2.CreateFromPem(text, key);
            _owned.Add(leaf);
            chain.RemoveAt(0);
            Client = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return $"{keyFile} holds no key in PEM form for the first certificate in {certFile}: {e.Message}";
        }
    }

    private X509Certificate2Collection? Certificates(string text)
    {
        var certificates = new X509Certificate2Collection();
        try { certificates.ImportFromPem(text); }
        catch (CryptographicException) { return null; }
        _owned.AddRange(certificates);
        return certificates.Count > 0 ? certificates : null;
    }

    private static string NoCertificate(string file, string text) => text switch
    {
        _ when text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) => $"{file} holds a key and no certificate",
        _ when text.Contains("BEGIN CERTIFICATE REQUEST", StringComparison.Ordinal) => $"{file} holds a request for a certificate; it takes what the authority made of it",
        _ when text.Trim().Length == 0 => $"{file} is empty",
        _ => $"{file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
    };

    private static string? ReadText(string file, out string why)
    {
        if (TextFile.TryRead(file, MostBytes, out _, out why) is { } text) { return text; }
        why = $"{file} {(why == TextFile.NotText ? BinaryForm(file) : why)}";
        return null;
    }

    /// <summary>What authorities hand out beside PEM, and how to make PEM of it.</summary>
    private static string BinaryForm(string file)
    {
        var head = new byte[8];
        try
        {
            using var stream = File.OpenRead(file);
            if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) { return TextFile.NotText; }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return $"cannot be read ({e.Message})"; }
        // ASN.1: a sequence, its length in one to three bytes, and the first thing in it.
        var inner = head[(2 + (head[1] & 0x80) / 0x80 * (head[1] & 0x03))..];
        return (head[0], inner) switch
        {
            (0x30, [0x30, ..]) => $"is in DER form, and PEM is needed: openssl x509 -inform der -in {file} -out NEW",
            (0x30, [0x02, 0x01, 0x03, ..]) => $"is in PKCS #12 form, and PEM is needed: openssl pkcs12 -in {file} -nodes -out NEW",
            (0x30, [0x02, 0x01, ..]) => $"is a key in DER form, and PEM is needed: openssl pkey -inform der -in {file} -out NEW",
            _ => TextFile.NotText,
        };
    }

    public void Dispose()
    {
        foreach (var certificate in _owned) { certificate.Dispose(); }
    }
}
