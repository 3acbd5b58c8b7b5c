using EdgePose.Settings;
using EdgePose.Settings.Problems;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Service.Configuration;

public sealed class ProblemTextTests
{
    // Every line that is wrong is named in the expectation below; the canary must appear nowhere.
    private const string Bad = """
        node: Hall Pi
        mqtt:
          url: mqtt://eve:CANARY-1@broker.lan
          pasword: CANARY-2
          protocol: 4
          prefix: "a/#"
          keep_alive: 30
        log: { level: verbose, format: auto }
        inference:
          providers: [gpu, cpu]
          threads: many
        pose:
          model: movenet-lightning
          detect_every: 0
          detect_every: 3
          max_people: "20"
          flip: yes
        tracking:
        	enabled: true
        frames: 5
        streams:
          front:
            url: rtsp://viewer:CANARY-3@cam1.lan:99999/x
            fps: five
            rotate_deg: 90
            transport: [tcp]
          Back Door: rtsp://cam2.lan/x
          side: { url: "concat:CANARY-4|b", password: [CANARY-5], stall_after: 10 minutes }
          door: { fps: 300, password: "CANARY-6
          last: file:///etc/passwd
        """;

    [Fact]
    public void Load_BadYaml_ReportsEveryErrorWithLineAndColumnInOneRun()
    {
        var result = Load(Bad.Replace("\r", "", StringComparison.Ordinal));
        Assert.True(result.HasErrors);
        var lines = Lines(result);
        string[] expected =
        [
            "1:7  node: expected 1–63 of a–z 0–9 _ - beginning with a letter or digit, got \"Hall Pi\"",
            "3:8  mqtt.url: literal secret in the file; move it to ${credential:NAME}, password_file or ${env:NAME}  [warning]",
            "3:8  mqtt.url: plaintext to a broker on the network; write mqtts://, or accept it with insecure: true",
            "4:3  mqtt.pasword: unknown key; did you mean \"password\"?",
            "5:13  mqtt.protocol: expected one of 5, 3.1.1, got \"4\"",
            "6:11  mqtt.prefix: expected topic levels of a–z 0–9 _ - joined by /, without + # $, got \"a/#\" in quotes",
            "7:15  mqtt.keep_alive: expected a duration 5s–18h with its unit (ms, s, m, h), got \"30\"",
            "8:15  log.level: expected one of trace, debug, info, warning, error, got \"verbose\"",
            "10:15  inference.providers: expected one of auto, tensorrt, cuda, qnn, cpu, got \"gpu\"; did you mean \"cpu\"?",
            "11:12  inference.threads: expected a whole number 0–256, got \"many\"",
            "14:17  pose.detect_every: expected a whole number 1–300, got \"0\"",
            "15:3  duplicate key \"detect_every\", already given in line 14",
            "16:15  pose.max_people: expected a whole number 1–200, got \"20\" in quotes",
            "17:9  pose.flip: expected true or false, got \"yes\"; did you mean \"true\"?",
            "19:1  tab in the indentation; YAML indents with spaces",
            "20:1  frames: unknown key",
            "23:10  streams.front.url: the port must be 1–65535",
            "24:10  streams.front.fps: expected a number 0.1–240 such as 5 or 5fps, or 0 for all, got \"five\"",
            "25:5  streams.front.rotate_deg: unknown key",
            "26:16  streams.front.transport: expected one of tcp, udp, got a list",
            "27:3  streams.\"Back Door\": a stream's name is 1–63 of a–z 0–9 _ - beginning with a letter or digit",
            "28:16  streams.side.url: only files, /dev/videoN and rtsp://, rtsps://, http://, https:// are allowed",
            "28:47  streams.side.password: expected text, got a list; quote it if it holds YAML's characters",
            "28:72  streams.side.stall_after: expected a duration 1s–10m with its unit (ms, s, m, h), got \"10 minutes\"",
            "29:31  the quotes are not closed, or hold an unknown escape",
            "30:9  streams.last.url: only files, /dev/videoN and rtsp://, rtsps://, http://, https:// are allowed; write the path alone",
        ];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', lines));
        Assert.DoesNotContain("CANARY", Texts(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: 1\na: 2", "2:1  duplicate key \"a\", already given in line 1")]
    [InlineData("x: &a { y: 1 }\nz: *a", "anchors (&name) are not supported")]
    [InlineData("x: *a", "aliases (*name) are not supported")]
    [InlineData("x: !!python/object:os.system 1", "tags (!name) are not supported")]
    [InlineData("a: 1\n---\nb: 2", "a second YAML document")]
    [InlineData("- a\n- b", "expected \"key: value\" lines at the top level")]
    [InlineData("just text", "expected \"key: value\" lines at the top level")]
    [InlineData("", "no stream is configured")]
    [InlineData("node: a\u0000b", "1:8  the character U+0000 (NUL) is not allowed")]
    [InlineData("node:", "1:1  node: no value; give one, or take the key out")]
    [InlineData("node: @x", "a value cannot begin with this character")]
    [InlineData("fps: 5", "1:1  fps: unknown key; it belongs to streams.<id>.fps")]
    [InlineData("? [a, b]\n: c", "a key must be plain text")]
    [InlineData("mqtt: text", "1:7  mqtt: expected keys below it, got \"text\"")]
    [InlineData("pose: [a]", "1:7  pose: expected keys below it, got a list")]
    [InlineData("models: { folders: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] }", "models.folders: expected a list of 1–16 items, got 17")]
    [InlineData("models: { folders: [] }", "models.folders: expected a list of 1–16 items, got 0")]
    [InlineData("streams: { a: { url: x.mp4, zones: { z: [[0, 0], [1, 1]] } } }", "expected 3–64 points [[x, y], …] with x and y from 0 (left, top) to 1 (right, bottom), got 2")]
    [InlineData("inference: { providers: [auto, cpu] }", "auto stands alone")]
    [InlineData("inference: { providers: [cpu], require_provider: cuda }", "it is not in inference.providers")]
    [InlineData("inference: { provider_options: { cudda: { a: 1 } } }", "unknown provider; did you mean \"cuda\"?")]
    [InlineData("streams: { a: { fps: 5 } }", "streams.a: url is missing")]
    [InlineData("streams: { a: }", "streams.a: url is missing")]
    [InlineData("node: ${env:HOST}", "references such as ${env:NAME} are possible for passwords only")]
    public void Load_BrokenText_SaysWhatAndWhere(string yaml, string expected) =>
        Assert.Contains(Lines(Load(yaml)), l => l.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Load_SyntaxErrors_DoNotHideTheOtherErrors()
    {
        var lines = Lines(Load("node: 'open\nmqtt: { url: mqtt://localhost, user: [ }\nlog: { level: x }\nposes:\n  max_rate: 5: 6\nstreams: { a: { url: x.mp4, fps: -1 } }\n"));
        Assert.Contains(lines, l => l.StartsWith("1:7  the quotes are not closed", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("2:", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("3:15  log.level", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("5:", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("6:34  streams.a.fps", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_ByteOrderMarkAndCrlf_AreFine()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "node: hall\r\nstreams:\r\n  a: x.mp4\r\n"u8];
        Assert.Equal("hall", Load(bytes, new Dictionary<string, string>()).Config!.Node);
        Assert.Equal(["3:6  streams.a.url: the address is empty"], Lines(Load("node: hall\r\nstreams:\r\n  a: ''\r\n")));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00 }, "UTF-16")]
    [InlineData(new byte[] { 0x61, 0x3A, 0x20, 0xC3, 0x28 }, "1:4  invalid UTF-8")]
    public void Load_WrongEncoding_SaysSo(byte[] bytes, string expected) =>
        Assert.Contains(Lines(Load(bytes, new Dictionary<string, string>())), l => l.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Load_HugeOrDeepOrWideFiles_AreRefusedWithAClearText()
    {
        var none = new Dictionary<string, string>();
        Assert.Contains("larger than 1 MiB", Texts(Load(new byte[(1 << 20) + 1], none)), StringComparison.Ordinal);
        Assert.Contains("nested deeper than 16", Texts(Load("a: " + new string('[', 500_000))), StringComparison.Ordinal);
        Assert.Contains("more than 20000 values", Texts(Load("a: [" + string.Concat(Enumerable.Repeat("x,", 30_000)) + "]")), StringComparison.Ordinal);
        var many = Load(string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: 1\n")));
        Assert.Equal(ProblemList.Limit + 1, many.Problems.Count);
        Assert.Contains("more problems are not listed", many.Problems[^1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AliasBomb_IsRefusedQuickly()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghij".Select((c, i) => $"{c}: &{c} [{string.Join(',', Enumerable.Repeat("*" + "abcdefghij"[i], 9))}]\n"));
        var result = Load(bomb);
        Assert.Contains("aliases (*name) are not supported", Texts(result), StringComparison.Ordinal);
        Assert.InRange(result.Problems.Count, 1, ProblemList.Limit + 1);
    }

    [Theory]
    [InlineData("front/a")]
    [InlineData("front+")]
    [InlineData("#")]
    [InlineData("$SYS")]
    [InlineData("a b")]
    [InlineData("Küche")]
    [InlineData("UPPER")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData("a.b")]
    public void Load_BadStreamName_IsRefused(string id)
    {
        Assert.Contains("a stream's name is", Texts(Load($"streams: {{ \"{id}\": x.mp4 }}")), StringComparison.Ordinal);
        Assert.Contains("node: expected", Texts(Load($"node: \"{id}\"\nstreams: {{ a: x.mp4 }}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(1024, false)]
    public void Load_StreamName_HasAtMost63Characters(int length, bool good) =>
        Assert.Equal(good, Load($"streams: {{ {new string('a', length)}: x.mp4 }}").Config is not null);

    [Fact]
    public void ToString_StreamNameThatIsAUrl_ShowsNoPassword() =>
        Assert.DoesNotContain("CANARY", Texts(Load("streams:\n  rtsp://u:CANARY@h/x:\n    fps: 1\n  ? 'rtsp://u:CANARY@h/'\n  : x.mp4\n")), StringComparison.Ordinal);
}
