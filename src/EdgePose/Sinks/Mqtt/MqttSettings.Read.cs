using System.Net;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Sinks.Mqtt;

internal sealed partial record MqttSettings
{
    public static readonly Doc About = "Where poses, events and states are published.";

    /// <param name="s">The section <c>mqtt</c>; its end is not checked here.</param>
    /// <param name="node">Name of this machine.</param>
    public static MqttSettings Read(Section s, string node)
    {
        var url = ReadUrl(s, out var tls);
        var user = s.Text("user", "", t => t.Length is 0 or > 256 ? "1–256 characters" : null, new Doc("User name at the broker.") { Example = "edgepose" });
        user = s.OneUser(user, url?.User ?? "");
        var password = s.Password(url?.Password,
            new Doc("Password at the broker; see above for the ways to keep it out of this file.") { Example = "${credential:mqtt.password}" },
            new Doc("File with the password, readable by its owner only. It is used when the credential is not there.") { Example = "/etc/edgepose/mqtt.password" });
        var settings = new MqttSettings
        {
            Host = url?.Host.Trim('[', ']') ?? "",
            Port = url is { Port: > 0 } ? url.Port : DefaultPort(url?.Scheme ?? ""),
            Tls = tls,
            WebSocketPath = url?.Scheme is "ws" or "wss" ? url.Rest.Length == 0 ? "/" : url.Rest : null,
            User = user,
            Password = password,
            Version = s.Choice("protocol", MqttVersion.V5, MqttVersions.Words, """
                Version of MQTT. 5 adds message expiry, so that stale poses die in the broker, and true refusals: under 3.1.1 a broker that forbids a
                topic cannot say so. Without this key a broker that does not speak 5 is spoken to in 3.1.1, and the log says so.
                """),
            FallsBack = !s.Has("protocol"),
            ClientId = s.Text("client_id", "edgepose-" + node, CheckClientId, new Doc("Client id. Two clients of one id throw each other out.")
            {
                Default = "edgepose-<node>", Example = "edgepose-hall-pi",
            }),
            CaFile = s.File("ca_file", new Doc("PEM file with the certificate authority of the broker.")
            {
                Remark = "the system's certificate store", Example = "/etc/edgepose/ca.pem",
            }),
            CertFile = s.File("cert_file", new Doc("PEM file of the client certificate, for brokers that demand one. It and its key are read again on every connection.")
            {
                Example = "/etc/edgepose/client.pem",
            }),
            KeyFile = s.File("key_file", new Doc("PEM file of the key of the client certificate.") { Example = "/etc/edgepose/client.key" }),
            Insecure = s.Flag("insecure", false, """
                true permits plaintext to a broker on the network, and under TLS skips the check of the broker's certificate. Anybody on the way can
                then read the poses and the password.
                """),
            KeepAlive = s.Duration("keep_alive", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.FromHours(18), """
                Time between two signs of life. A shorter time notices a dead broker sooner and costs a packet each time.
                """),
        };
        Check(s, settings);
        return settings;
    }

    private static UrlParts? ReadUrl(Section s, out bool tls)
    {
        tls = false;
        var doc = new Doc("""
            Address of the broker. mqtts:// is TLS (port 8883), mqtt:// is plaintext (port 1883). wss:// and ws:// are the same over WebSockets
            (ports 443 and 80), with a path if the broker wants one: wss://broker.lan/mqtt. Plaintext is only allowed to this machine itself unless
            insecure is set. Without a broker, edgepose run --stdout prints the messages instead.
            """) { Example = "mqtt://localhost", Pattern = "^(mqtt|ws)s?://", Live = true };
        if (s.Hidden("url", KeyKind.Text, doc) is not { } text) { return null; }
        var url = UrlParts.Parse(text, out var problem);
        if (url is null)
        {
            var plain = !text.Contains("://", StringComparison.Ordinal) && !text.Contains('@', StringComparison.Ordinal) ? "mqtts://" + text : "";
            s.Error("url", plain.Length > 0 ? "expected mqtts://host or mqtt://host" : problem,
                UrlParts.Parse(plain, out _) is null ? "" : plain);
            return null;
        }
        if (url.RawPassword.Length > 0) { s.AddSecret(url.RawPassword); }
        if (url.Scheme is not ("mqtt" or "mqtts" or "ws" or "wss"))
        {
            s.Error("url", $"the scheme must be mqtt:// or mqtts://, or ws:// or wss:// over WebSockets, got {Show.Key(url.Scheme)}://");
            return null;
        }
        if (url.Scheme is "mqtt" or "mqtts")
        {
            if (url.Rest is not ("" or "/")) { s.Error("url", "a broker's URL ends after host and port; topics go to mqtt.prefix"); }
        }
        else if (url.Rest.AsSpan().ContainsAny('?', '#')) { s.Error("url", "a WebSocket's URL ends after its path, such as ws://host:9001/mqtt"); }
        tls = url.Scheme is "mqtts" or "wss";
        return url;
    }

    private static int DefaultPort(string scheme) => scheme switch { "mqtts" => 8883, "ws" => 80, "wss" => 443, _ => 1883 };

    private static void Check(Section s, MqttSettings config)
    {
        var secure = config.WebSocketPath is null ? "mqtts://" : "wss://";
        if (config.Host.Length > 0 && !config.Tls && !config.Insecure && !IsLoopback(config.Host))
        {
            s.Error("url", $"plaintext to a broker on the network; write {secure}, or accept it with insecure: true");
        }
        if (config.CertFile.Length > 0 != config.KeyFile.Length > 0)
        {
            s.Error(config.CertFile.Length > 0 ? "cert_file" : "key_file", "cert_file and key_file go together; one is missing");
        }
        foreach (var key in (ReadOnlySpan<string>)["ca_file", "cert_file", "key_file"])
        {
            if (config.Host.Length > 0 && !config.Tls && s.Has(key)) { s.Warning(key, $"has no effect without TLS ({secure})"); }
        }
        if (config.Tls && config.Insecure) { s.Warning("insecure", "the broker's certificate will not be verified"); }
        if (config.Password is not null && config.User.Length == 0) { s.Error("password", "a password needs a user"); }
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string? CheckClientId(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            ? null : "1–128 of letters, digits and - _ . :";
}
