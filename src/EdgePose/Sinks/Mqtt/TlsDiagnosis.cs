using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgePose.Delivery.Documents;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Says why a TLS connection fails, which libmosquitto's texts do not (dependencies.md 4.3): one handshake of our own with the same
/// host and CA, over which nothing is ever sent.
/// </summary>
internal static class TlsDiagnosis
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The reason for people, or null when this side sees nothing wrong.</summary>
    public static async Task<string?> ExplainAsync(MqttOptions options, TimeProvider time, CancellationToken stop) =>
        (await LookAsync(options, time, stop).ConfigureAwait(false)).Reason;

    /// <summary>Until when the broker's certificate is valid; null when it could not be seen.</summary>
    public static async Task<DateTimeOffset?> ValidUntilAsync(MqttOptions options, TimeProvider time, CancellationToken stop) =>
        (await LookAsync(options, time, stop).ConfigureAwait(false)).Until;

    private static async Task<(string? Reason, DateTimeOffset? Until)> LookAsync(MqttOptions options, TimeProvider time, CancellationToken stop)
    {
        DateTimeOffset? until = null;
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        string? reason = null;
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(options.Host, options.Port, both.Token).ConfigureAwait(false);
            await using var tls = new SslStream(tcp.GetStream());
            var handshake = new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    until = (certificate as X509Certificate2)?.NotAfter;
                    reason = Judge(certificate as X509Certificate2, errors, options, time.GetUtcNow());
                    return reason is null;
                },
            };
            await tls.AuthenticateAsClientAsync(handshake, both.Token).ConfigureAwait(false);
            return (reason, until);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return (reason ?? "the port does not answer with TLS 1.2 or newer", until);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or CryptographicException)
        {
            return (reason, until);
        }
    }

    private static string? Judge(X509Certificate2? certificate, SslPolicyErrors errors, MqttOptions options, DateTimeOffset now)
    {
        if (certificate is null) { return "the broker shows no certificate"; }
        if (now > certificate.NotAfter) { return $"the broker's certificate expired on {Payloads.Stamp(certificate.NotAfter)}"; }
        if (now < certificate.NotBefore) { return $"the broker's certificate is not valid before {Payloads.Stamp(certificate.NotBefore)}: check both clocks"; }
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (options.CaFile.Length > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(options.CaFile);
        }
        if (!chain.Build(certificate))
        {
            var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
            if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            {
                var trust = options.CaFile.Length > 0 ? $"the CA in {options.CaFile}" : "a CA of this system's store; set the CA file";
                return $"the broker's certificate is not signed by {trust}";
            }
            return $"the broker's certificate is not accepted: {flags}";
        }
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"the broker's certificate is not for the host '{options.Host}'"
            : null;
    }
}
