using EdgePose.Settings.Problems;

namespace EdgePose.Settings.Sections;

internal static class MqttSection
{
    private static readonly IReadOnlyList<string> CommandNames = ["snapshot-state", "reload"];

    public static MqttConfig Read(Section s, string node)
    {
        var url = ReadUrl(s, out var tls);
        var user = s.Text("user", "", t => t.Length is 0 or > 256 ? "1–256 characters" : null);
        user = s.OneUser(user, url?.User ?? "");
        var password = s.Password(url?.Password);
        var config = new MqttConfig
        {
            Host = url?.Host.Trim('[', ']') ?? "",
            Port = url is { Port: > 0 } ? url.Port : DefaultPort(url?.Scheme ?? ""),
            Tls = tls,
            WebSocketPath = url?.Scheme is "ws" or "wss" ? url.Rest.Length == 0 ? "/" : url.Rest : null,
            User = user,
            Password = password,
            Protocol = s.Choice("protocol", MqttProtocol.V5, ("5", MqttProtocol.V5), ("3.1.1", MqttProtocol.V311)),
            ClientId = s.Text("client_id", "edgepose-" + node, CheckClientId, new Doc("") { Default = "edgepose-<node>" }),
            Prefix = s.Text("prefix", "edgepose", CheckPrefix),
            CaFile = s.File("ca_file"),
            CertFile = s.File("cert_file"),
            KeyFile = s.File("key_file"),
            Insecure = s.Flag("insecure", false),
            KeepAlive = s.Duration("keep_alive", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.FromHours(18)),
            Commands = s.List("commands", [], CommandNames, t => CommandNames.Contains(t) ? null : "one of " + string.Join(", ", CommandNames)),
            HomeAssistant = s.Flag("home_assistant", false),
            DiscoveryPrefix = s.Text("discovery_prefix", "homeassistant", CheckPrefix),
            Envelope = s.Choice("envelope", Envelope.None, ("none", Envelope.None), ("cloudevents", Envelope.CloudEvents)),
            Onvif = s.Flag("onvif", false),
            SparkplugGroup = s.Text("sparkplug_group", "", CheckGroup),
        };
        Check(s, config);
        s.Done();
        return config;
    }

    private static UrlParts? ReadUrl(Section s, out bool tls)
    {
        tls = false;
        if (s.Hidden("url", KeyKind.Text) is not { } text) { return null; }
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

    private static void Check(Section s, MqttConfig config)
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
        || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));

    private static string? CheckClientId(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            ? null : "1–128 of letters, digits and - _ . :";

    private static string? CheckGroup(string text) =>
        text.Length is 0 or > 63 || text.Any(c => c is '/' or '+' or '#' || char.IsControl(c)) ? "1–63 characters without / + #" : null;

    private static string? CheckPrefix(string text) =>
        text.Length <= 200 && text.Split('/').All(Scalars.IsId) ? null : "topic levels of a–z 0–9 _ - joined by /, without + # $";
}
