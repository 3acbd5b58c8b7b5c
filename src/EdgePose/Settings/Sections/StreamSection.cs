using EdgePose.Domain;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings.Sections;

internal static class StreamSection
{
    private const int MostStreams = 256;

    public static IReadOnlyList<StreamConfig> ReadAll(
        Section streams, PoseConfig pose, SkippingConfig skipping, EventsConfig events, bool required)
    {
        var entries = streams.Names("front");
        var all = new List<StreamConfig>(Math.Min(entries.Count, MostStreams));
        foreach (var entry in entries)
        {
            if (!Scalars.IsId(entry.Key)) { streams.Error(entry, "a stream's name is " + Section.CheckId(entry.Key)); }
            all.Add(Read(streams.Sub(entry, shorthand: "url"), entry.Key, pose, skipping, events));
        }
        if (entries.Count > MostStreams) { streams.Error("", $"more than {MostStreams} streams"); }
        if (entries.Count == 0 && required) { streams.Missing("no stream is configured; add \"streams: { front: rtsp://camera/path }\""); }
        streams.Done();
        return all;
    }

    private static StreamConfig Read(Section s, string id, PoseConfig pose, SkippingConfig skipping, EventsConfig events)
    {
        var url = ReadUrl(s);
        var user = s.Text("user", "", t => t.Length is 0 or > 256 ? "1–256 characters" : null);
        user = s.OneUser(user, url?.User ?? "");
        var (zones, lines) = (ShapeSection.Zones(s.Child("zones")), ShapeSection.Lines(s.Child("lines")));
        var config = new StreamConfig
        {
            Id = id,
            Url = url?.Url ?? "",
            SubStream = ReadSubStream(s, url),
            User = user,
            Password = s.Password(url?.Password),
            Enabled = s.Flag("enabled", true),
            Transport = s.Choice("transport", Transport.Tcp, ("tcp", Transport.Tcp), ("udp", Transport.Udp)),
            Fps = s.Rate("fps", 5, 0.1, 240, "all"),
            HardwareDecode = s.Choice("hardware_decode", HardwareDecode.None, ("auto", HardwareDecode.Auto), ("none", HardwareDecode.None),
                ("cuda", HardwareDecode.Cuda), ("vaapi", HardwareDecode.Vaapi), ("v4l2m2m", HardwareDecode.V4l2m2m), ("drm", HardwareDecode.Drm)),
            Priority = s.Integer("priority", 1, 1, 100),
            MaxAge = s.Duration("max_age", null, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), new Doc("") { Default = "two frame intervals, at least 100ms" }),
            MaxSize = s.Integer("max_size", 960, 64, 7680),
            StallAfter = s.Duration("stall_after", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            DiscardCorrupt = s.Flag("discard_corrupt", false),
            CameraTime = s.Flag("camera_time", false),
            Loop = s.Flag("loop", false),
            Pace = s.Choice("pace", Pace.Realtime, ("realtime", Pace.Realtime), ("max", Pace.Max)),
            Pose = PoseSection.Read(s.Child("pose", inheritsFrom: "as in pose"), pose),
            Skipping = SkippingSection.Read(s.Child("skipping", inheritsFrom: "as in skipping"), skipping),
            Publish = s.Choice("publish", PublishScope.Poses, ("poses", PublishScope.Poses), ("events", PublishScope.Events),
                ("counts_only", PublishScope.CountsOnly), ("nothing", PublishScope.Nothing)),
            Record = s.Flag("record", true),
            Zones = zones,
            Lines = lines,
            Rules = RuleSection.Read(s.Child("rules"), events, [.. zones.Select(z => z.Name)], [.. lines.Select(l => l.Name)]),
        };
        if (config.Password is not null && config.User.Length == 0) { s.Error("password", "a password needs a user"); }
        if (url is { IsFile: false })
        {
            if (config.Loop) { s.Warning("loop", "has an effect on files only"); }
            if (config.Pace == Pace.Max) { s.Warning("pace", "has an effect on files only"); }
        }
        if (config.CameraTime && !config.Url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase)) { s.Warning("camera_time", "has an effect on rtsp:// and rtsps:// only"); }
        s.Done();
        return config;
    }

    private static string ReadSubStream(Section s, StreamUrl? main)
    {
        if (s.Hidden("substream", KeyKind.Text) is not { } text) { return ""; }
        var url = StreamUrl.Parse(text, static path => path, out var problem);
        if (url is not null && !url.Url.Contains("://", StringComparison.Ordinal)) { problem = "the sub-stream of a camera is an rtsp:// or http:// address"; }
        else if (url is not null && (url.User.Length > 0 || url.Password is not null)) { problem = "user and password are those of url; take them out here"; }
        else if (main is not null && !main.Url.Contains("://", StringComparison.Ordinal)) { problem = "only an rtsp:// or http:// source has one"; }
        foreach (var secret in url?.Secrets ?? []) { s.AddSecret(secret); }
        if (url?.Password is { } password) { s.AddSecret(password); }
        if (problem.Length == 0) { return url!.Url; }
        s.Error("substream", problem);
        return "";
    }

    private static StreamUrl? ReadUrl(Section s)
    {
        if (s.Hidden("url", KeyKind.Text, new Doc("") { Default = "required" }) is not { } text)
        {
            s.Missing("url is missing: a file, rtsp://…, http://… or /dev/videoN");
            return null;
        }
        var url = StreamUrl.Parse(text, path => s.Absolute("url", path), out var problem);
        if (url is null)
        {
            s.Error("url", problem);
            return null;
        }
        foreach (var secret in url.Secrets) { s.AddSecret(secret); }
        if (url.SecretInQuery) { s.Warning("url", "literal secret in the query; use user and password if the camera permits it"); }
        return url;
    }
}
