using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgePose.Delivery.Documents;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// What this side brings to one TLS handshake, and what it learns in it: why the broker's certificate is refused, until when it is valid,
/// and whether the broker asked for a certificate of ours.
/// </summary>
internal sealed class TlsHandshake : IDisposable
{
    private readonly MqttSettings _options;
    private readonly TimeProvider _time;
    private readonly TlsFiles _files;

    public TlsHandshake(MqttSettings options, TlsFiles files, TimeProvider time) => (_options, _files, _time) = (options, files, time);

    /// <summary>Why the broker's certificate was refused; null while it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>End of validity of the broker's certificate.</summary>
    public DateTimeOffset? ValidUntil { get; private set; }

    /// <summary>Whether the broker asked for a client certificate, and none is configured.</summary>
    public bool IsCertificateMissing { get; private set; }

    public SslClientAuthenticationOptions Options()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _options.Host,
            CertificateChainPolicy = ChainPolicy(),
            RemoteCertificateValidationCallback = Judge,
        };
        if (_files.Client is { } client) { options.ClientCertificateContext = client; }
        else { options.LocalCertificateSelectionCallback = NoticeDemand; }
        return options;
    }

    // Revocation stays unchecked: a private CA seldom has a list, and the check would go out to other hosts before each connection.
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (_files.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }
        return policy;
    }

    private X509Certificate? NoticeDemand(
        object sender, string host, X509CertificateCollection local, X509Certificate? remote, string[] issuers)
    {
        // It is also called before the broker has said anything; then there is no remote certificate yet.
        if (remote is not null) { IsCertificateMissing = true; }
        return null!;
    }

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var shown = certificate as X509Certificate2;
        ValidUntil = shown?.NotAfter;
        if (_options.Insecure) { return true; }
        Refusal = WhyNot(shown, chain, errors);
        return Refusal is null;
    }

    private string? WhyNot(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) { return "the broker shows no certificate"; }
        var now = _time.GetUtcNow();
        if (now > certificate.NotAfter) { return $"the broker's certificate expired on {Payloads.Stamp(certificate.NotAfter)}"; }
        if (now < certificate.NotBefore)
        {
            return $"the broker's certificate is not valid before {Payloads.Stamp(certificate.NotBefore)}: check both clocks";
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status)
                ?? X509ChainStatusFlags.PartialChain;
            if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) == 0)
            {
                return $"the broker's certificate is not accepted: {flags}";
            }
            var trust = _options.CaFile.Length > 0 ? $"the CA in {_options.CaFile}" : "a CA of this system's store; set the CA file";
            return $"the broker's certificate is not signed by {trust}";
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"the broker's certificate is not for the host '{_options.Host}'";
        }
        return errors == SslPolicyErrors.None ? null : $"the broker's certificate is not accepted: {errors}";
    }

    public void Dispose() => _files.Dispose();
}
