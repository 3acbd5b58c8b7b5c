using EdgePose.Config;
using static EdgePose.Tests.Config.Loading;

namespace EdgePose.Tests.Config;

public sealed class ConfigProblemTests
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
            "3:8  mqtt.url: plaintext to a broker on the network; write mqtts://, or accept it with insecure: true",
            "3:8  mqtt.url: literal secret in the file; move it to ${credential:NAME}, password_file or ${env:NAME}  [warning]",
            "4:3  mqtt.pasword: unknown key; did you mean \"password\"?",
            "5:13  mqtt.protocol: expected one of 5, 3.1.1, got \"4\"",
            "6:11  mqtt.prefix: expected topic levels of a–z 0–9 _ - joined by /, without + # $, got \"a/#\"",
            "7:15  mqtt.keep_alive: expected a duration 5s–18h with its unit (ms, s, m, h), got \"30\"",
            "8:15  log.level: expected one of trace, debug, info, warning, error, got \"verbose\"",
            "10:15  inference.providers: expected one of auto, tensorrt, cuda, qnn, cpu, got \"gpu\"; did you mean \"cpu\"?",
            "11:12  inference.threads: expected a whole number 0–256, got \"many\"",
            "14:17  pose.detect_every: expected a whole number 1–300, got \"0\"",
            "15:3  duplicate key \"detect_every\", already given in line 14",
            "16:15  pose.max_people: expected a whole number 1–200, got \"20\"",
            "17:9  pose.flip: expected true or false, got \"yes\"; did you mean \"true\"?",
            "19:1  tab in the indentation; YAML indents with spaces",
            "20:1  frames: unknown key; did you mean \"streams\"?",
            "23:10  streams.front.url: the port must be 1–65535",
            "24:10  streams.front.fps: expected a number 0.1–240 such as 5 or 5fps, or 0 for all, got \"five\"",
            "25:5  streams.front.rotate_deg: unknown key",
            "26:16  streams.front.transport: expected one of tcp, udp, got a list",
            "27:14  streams.\"Back Door\": a stream's name is 1–63 of a–z 0–9 _ - beginning with a letter or digit",
            "28:16  streams.side.url: only files, /dev/videoN and rtsp://, rtsps://, http://, https:// are allowed",
            "28:47  streams.side.password: expected text, got a list; quote it if it holds YAML's characters",
            "28:72  streams.side.stall_after: expected a duration 1s–10m with its unit (ms, s, m, h), got \"10 minutes\"",
            "29:31  the quotes are not closed, or hold an unknown escape",
            "30:9  streams.last: only files, /dev/videoN",
        ];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', lines));
        Assert.DoesNotContain("CANARY", Texts(result), StringComparison.Ordinal);
    }
}
