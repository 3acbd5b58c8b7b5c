using EdgePose.Settings;

namespace EdgePose.Streams;

internal sealed partial record SourceSettings
{
    /// <param name="s">The section of a stream; its end is not checked here.</param>
    /// <param name="id">Name of the stream.</param>
    public static SourceSettings Read(Section s, string id)
    {
        var url = ReadUrl(s);
        var subStream = ReadSubStream(s, url);
        var user = s.Text("user", "", t => t.Length is 0 or > 256 ? "1–256 characters" : null, new Doc("User name at the camera.") { Example = "viewer" });
        user = s.OneUser(user, url?.User ?? "");
        if (user.Contains(':', StringComparison.Ordinal)) { s.Error("user", "a user name cannot hold ':', where its password would begin (RFC 7617); give the camera a user without it"); }
        var settings = new SourceSettings
        {
            Stream = id, Url = url?.Url ?? "", SubStream = subStream, User = user,
            Password = s.Password(url?.Password,
                new Doc("Password at the camera; see above for the ways to keep it out of this file.") { Example = "${credential:camera.front}" },
                new Doc("File with the password, readable by its owner only. It is used when the credential is not there.") { Example = "/etc/edgepose/camera-front.password" }),
            Transport = s.Choice("transport", SourceTransport.Tcp, SourceWords.Transports, """
                How RTSP brings the video. tcp loses nothing and can stutter on bad links; udp is quicker and shows broken pictures instead.
                """),
            Fps = s.Rate("fps", 5, 0.1, 240, "all", new Doc("Frames per second taken from the source. Tracking works from about 3.") { Example = "5fps" }),
            Hardware = s.Choice("hardware_decode", HardwareDecoder.None, SourceWords.Decoders, """
                Decoder of the video. auto uses whatever ffmpeg finds and falls back to software; the state of the stream says which decoder really runs.
                """),
            StallAfter = s.Duration("stall_after", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), """
                Time without a frame after which a live source counts as stalled and is opened again.
                """),
            KeyPictureWithin = s.Duration("key_picture_within", TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(30), """
                How long a new connection on which video arrives waits for its first key picture, without which nothing can be decoded. Cameras send
                one every I-frame interval, which is best set to 1-2 s in the camera. A source that sends nothing at all is opened again much earlier.
                """),
            PixelAspect = ReadPixelAspect(s),
            DiscardCorrupt = s.Flag("discard_corrupt", false, """
                true leaves out the pictures in which the decoder had to conceal errors, as on lossy networks. Such pictures give wrong joints more
                often than right ones; leaving them out gives gaps.
                """),
            CameraTime = s.Flag("camera_time", false, """
                RTSP only. true takes capture times from the clock of the camera, by its RTCP sender reports, so that they do not contain the delay
                of encoding and network. Good where NTP sets that clock; a wrong clock gives wrong times. Until the camera has sent a report, and
                where it sends none, the time is the arrival time; each message says which.
                """),
            Loop = s.Flag("loop", false, "Files only: begin again at the end."),
            Pace = s.Choice("pace", SourcePace.Realtime, SourceWords.Paces, """
                Files only. realtime plays at the speed of the recording and may drop frames; max processes every frame as fast as possible.
                """),
        };
        Check(s, settings, url);
        return settings;
    }

    private static double ReadPixelAspect(Section s)
    {
        var text = s.Text("pixel_aspect", "auto", static t => t == "auto" || PictureShape.Ratio(t) > 0 ? null : "auto, or a ratio such as 12:11, at most 4:1", new Doc("""
            Width of a pixel by its height. auto is what the source announces; 1:2 is for a camera that sends pictures twice as wide as they should be,
            such as 704x288, and does not say so. Pixels are made square before anybody is looked for.
            """) { Example = "12:11" });
        return text == "auto" ? 0 : PictureShape.Ratio(text);
    }

    private static void Check(Section s, SourceSettings settings, StreamUrl? url)
    {
        if (settings.Password is not null && settings.User.Length == 0) { s.Error("password", "a password needs a user"); }
        if (url is { IsFile: false })
        {
            if (settings.Loop) { s.Warning("loop", "has an effect on files only"); }
            if (settings.Pace == SourcePace.Max) { s.Warning("pace", "has an effect on files only"); }
        }
        if (settings.CameraTime && !settings.Url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase))
        {
            s.Warning("camera_time", "has an effect on rtsp:// and rtsps:// only");
        }
    }

    private static StreamUrl? ReadUrl(Section s)
    {
        var doc = new Doc("""
            Where the video comes from: rtsp://, rtsps://, http:// or https:// (HLS, MJPEG), a file, or /dev/videoN. Other schemes are refused. A
            sub-stream of the camera is usually enough: joints are found at a few hundred pixels.
            """) { Default = "required", Example = "rtsp://camera.lan/stream2", Live = true };
        if (s.Hidden("url", KeyKind.Text, doc) is not { } text)
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

    private static string ReadSubStream(Section s, StreamUrl? main)
    {
        var doc = new Doc("""
            The camera's small stream, read instead of url; url is read only where the camera answers that there is no such stream. It is less to
            decode, and enough for the joints. User and password are those of url. edgepose probe looks for a small stream and suggests it.
            """) { Example = "rtsp://camera.lan/stream2" };
        if (s.Hidden("substream", KeyKind.Text, doc) is not { } text) { return ""; }
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
}
