using EdgePose.Domain;
using EdgePose.Service.Configuration;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Service.Checks;

/// <summary>The broker: reachable, and publishing is permitted.</summary>
internal static class BrokerLook
{
    /// <summary>Days before its end from which a certificate is warned about.</summary>
    private const int CertificateWarning = 30;

    public static async Task RunAsync(EdgePoseConfig config, Redactor redactor, Findings findings, TimeProvider time, CancellationToken stop)
    {
        if (config.Mqtt.Host.Length == 0) { return; }
        // Under the daemon's own id the check would throw a running daemon out.
        var options = config.Mqtt with { ClientId = config.Mqtt.ClientId + "-check" };
        await using var transport = new MqttTransport(options, time, NullLogger<MqttTransport>.Instance);
        var found = await new BrokerCheck(transport, options, new Topics(config.Broker.Sink.Prefix, config.Node), time).RunAsync(stop).ConfigureAwait(false);
        if (!found.Broker.IsConnected) { findings.Add("broker", Verdict.Error, redactor.Redact(found.Broker.Reason), ExitCode.Broker); }
        else if (found.Permission is { Length: > 0 } why) { findings.Add("broker", Verdict.Error, why, ExitCode.Broker); }
        else { findings.Add("broker", Verdict.Ok, $"{options.Host}:{options.Port}: connected, publishing works"); }
        if (found.CertificateUntil is not { } until) { return; }
        var days = (int)Math.Floor((until - time.GetUtcNow()).TotalDays);
        findings.Add("broker", days < CertificateWarning ? Verdict.Warning : Verdict.Ok, $"the broker's certificate is valid for {days} more days");
    }
}
