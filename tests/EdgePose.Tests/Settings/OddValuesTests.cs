using System.Globalization;
using EdgePose.Settings;
using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Settings;

/// <summary>Values that mean something else than they look like: refused, whatever key they stand at.</summary>
public sealed class OddValuesTests
{
    [Theory]
    [InlineData("1e-400")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("0.000e5x")]
    [InlineData("1e999")]
    [InlineData("NaN")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    public void TryNumber_NotWhatItLooksLike_IsNoNumber(string text) => Assert.False(Scalars.TryNumber(text, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.0", 0)]
    [InlineData("-1.5", -1.5)]
    [InlineData("1e3", 1000)]
    public void TryNumber_PlainNumbers_AreRead(string text, double expected) => Assert.Equal((true, expected), (Scalars.TryNumber(text, out var value), value));

    [Theory]
    [InlineData("0.00001ms", false)]
    [InlineData("0s", true)]
    [InlineData("1ms", true)]
    public void TryDuration_ShorterThanTheClock_IsNone(string text, bool expected) => Assert.Equal(expected, Scalars.TryDuration(text, out _));

    [Theory]
    [InlineData("streams: { a: { url: rtsp://h/1, fps: 1e-400 } }", "streams.a.fps")]
    [InlineData("streams: { a: { url: rtsp://h/1, fps: -0 } }", "streams.a.fps")]
    [InlineData("pose: { min_score: 1e-60 }\nstreams: { a: rtsp://h/1 }", "pose.min_score")]
    [InlineData("streams: { a: { url: rtsp://h/1, zones: { z: [[-0, 0], [1, 0], [1, 1]] } } }", "streams.a.zones.z")]
    [InlineData("streams: { a: \"rtsp://${env:X}/1\" }", "streams.a.url")]
    [InlineData("streams: { a: \"rtsp://h/${env:X}/1\" }", "streams.a.url")]
    [InlineData("streams: { a: \"rtsp://u:x${env:X}@h/1\" }", "streams.a.url")]
    [InlineData("mqtt: { url: \"mqtts://${env:X}\" }\nstreams: { a: rtsp://h/1 }", "mqtt.url")]
    [InlineData("models: { folders: [\"${env:X}\"] }\nstreams: { a: rtsp://h/1 }", "models.folders")]
    [InlineData("record: { folder: \"~bob/x\" }\nstreams: { a: rtsp://h/1 }", "record.folder")]
    [InlineData("record: { folder: \"~/x\" }\nstreams: { a: rtsp://h/1 }", "record.folder")]
    [InlineData("metrics: { listen: \"127.0.0.1:9465\", hosts: [\"a b\"] }\nstreams: { a: rtsp://h/1 }", "metrics.hosts")]
    public void Load_AnOddValue_IsReportedAtItsKey(string yaml, string key)
    {
        var result = Loading.Load(yaml);
        Assert.Null(result.Config);
        Assert.Contains(result.Problems, p => p.Key == key && p.Line > 0);
    }

    [Fact]
    public void Load_HomeAndStateFolders_AreWhereTheyBelong()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = "/users/me", ["STATE_DIRECTORY"] = "/var/lib/edgepose:/var/lib/other" };
        const string Yaml = "record: { folder: recordings }\nspool: { folder: ~/spool }\nmodels: { folders: [models] }\nstreams: { a: ~/clip.mp4 }";
        var service = Loading.Load(Yaml, environment).Config!;
        Assert.Equal(("/var/lib/edgepose/recordings", "/users/me/spool", "/etc/edgepose/models", "/users/me/clip.mp4"),
            (service.Record.Folder, service.Spool.Folder, service.Models.Folders[0], service.Streams[0].Source.Url));
        environment.Remove("STATE_DIRECTORY");
        Assert.Equal("/etc/edgepose/recordings", Loading.Load(Yaml, environment).Config!.Record.Folder);
    }

    [Theory]
    [InlineData("a: b: c\n")]
    [InlineData("%YAML 9.9\n---\na: 1\n")]
    [InlineData("streams:\n front: rtsp://x/1\n  fps: 3\n")]
    public void Load_BrokenYaml_SaysWhereAndWhat(string yaml)
    {
        var problem = Loading.Load(yaml).Problems.First(p => p.Key.Length == 0);
        Assert.True(problem.Line > 0, "it has a place");
        Assert.NotEqual("not valid YAML", problem.Problem);
    }

    [Theory]
    [InlineData("folder", "is a folder")]
    [InlineData("pipe", "is a pipe or a device, not a file")]
    [InlineData("empty", "is empty")]
    public void Password_FileThatIsNone_IsSaidAndNotWaitedFor(string kind, string expected)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "secret");
        switch (kind)
        {
            case "folder": Directory.CreateDirectory(path); break;
            case "pipe": Assert.Equal(0, Files.PathTrustTests.MakePipe(path, 0x180)); break;
            default: folder.Write("secret", "\n", UnixFileMode.UserRead); break;
        }
        var result = Loading.Load($"streams: {{ a: {{ url: rtsp://h/1, user: u, password_file: {path} }} }}");
        Assert.Contains(expected, Loading.Texts(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("geheim")]
    [InlineData("geheim\n")]
    [InlineData("geheim\r\n")]
    [InlineData("\uFEFFgeheim\n")]
    public void Password_WithOrWithoutLineEndAndByteOrderMark_IsTheSame(string content)
    {
        using var folder = new TempFolder();
        var path = folder.Write("secret", content, UnixFileMode.UserRead);
        Assert.Equal("geheim", Loading.Good($"streams: {{ a: {{ url: rtsp://h/1, user: u, password_file: {path} }} }}").Streams[0].Source.Password!.Reveal());
    }

    [Fact]
    public void Load_WhateverTheDecimalMarkOfTheLocale_IsTheSame()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator, comma.NumberFormat.NegativeSign) = (",", ".", "\u2212");
            CultureInfo.CurrentCulture = comma;
            var config = Loading.Good("pose: { min_score: 0.25 }\nstreams: { i: { url: rtsp://HOST.LAN/I, fps: 2.5 } }");
            Assert.Equal((0.25f, 2.5, "rtsp://host.lan/I"), (config.Streams[0].Pose.MinScore, config.Streams[0].Source.Fps, config.Streams[0].Source.Url));
            Assert.Contains("expected a number 0\u20131", Loading.Texts(Loading.Load("pose: { min_score: \"0,25\" }\nstreams: { a: rtsp://h/1 }")), StringComparison.Ordinal);
        }
        finally { CultureInfo.CurrentCulture = before; }
    }
}
