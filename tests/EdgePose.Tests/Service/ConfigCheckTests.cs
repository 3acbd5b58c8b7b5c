using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Service;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.TestSupport;
using EdgePose.Tests.Service.Configuration;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Service;

public sealed class ConfigCheckTests : IDisposable
{
    private readonly TempFolder _models = new();
    private readonly ModelCatalog _catalog;

    public ConfigCheckTests()
    {
        foreach (var file in (string[])["litepose-m-crowdpose.onnx", "pp-tinypose-256x192.onnx", "rtmdet-nano-person.onnx"]) { _models.Write(file, "x"); }
        _catalog = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], [_models.Path]);
    }

    public void Dispose() => _models.Dispose();

    private List<string> Check(string yaml) =>
        [.. ConfigCheck.Models(Load(yaml), _catalog).Select(p => p.ToString().Replace("/etc/edgepose/edgepose.yaml:", "", StringComparison.Ordinal))];

    [Fact]
    public void Files_StatusSocketThatIsAnotherFile_IsAnError()
    {
        var problems = ConfigCheck.Files(Load("status: { socket: /etc/passwd }\nstreams: { a: rtsp://h/1 }"));
        Assert.Contains("status.socket: /etc/passwd exists and is no socket", Assert.Single(problems).ToString(), StringComparison.Ordinal);
        Assert.Empty(ConfigCheck.Files(Load("status: { socket: /nonexistent/status.sock }\nstreams: { a: rtsp://h/1 }")));
    }

    [Fact]
    public void Models_InstalledPair_HasNoProblem() =>
        Assert.Empty(Check("pose: { model: pp-tinypose-256x192, detector: rtmdet-nano-person }\nstreams: { a: rtsp://h/1 }"));

    [Fact]
    public void Models_BottomUpWithTheDefaultDetector_IgnoresIt()
    {
        const string yaml = "pose: { model: litepose-m }\nstreams: { a: rtsp://h/1 }";
        Assert.Empty(Check(yaml));
        var models = ConfigCheck.Resolve(Good(yaml).Streams[0], _catalog);
        Assert.Equal(("litepose-m", (ModelDescriptor?)null), (models.Pose.Name, models.Detector));
        Assert.Equal(
            ["1:29  pose.detector: ignored: litepose-m finds people itself  [warning]"],
            Check("pose: { model: litepose-m,  detector: yolox-nano }\nstreams: { a: rtsp://h/1 }"));
    }

    [Fact]
    public void Models_UnknownName_IsPlacedAndSuggested() =>
        Assert.Equal(
            [
                "1:9  pose.model: there is no model \"pp-tinypose-256x193\" (edgepose models list shows all); did you mean \"pp-tinypose-256x192\"?",
                "4:16  streams.b.pose.model: yolox-nano is a person detector, not a pose model",
                "5:44  streams.c.pose.detector: litepose-m is a pose model, not a person detector",
            ],
            Check("pose: { model: pp-tinypose-256x193 }\nstreams:\n  a: rtsp://h/1\n  b: { pose: { model: yolox-nano }, url: rtsp://h/2 }\n  c: { pose: { model: pp-tinypose-256x192, detector: litepose-m }, url: rtsp://h/2 }\n"));

    [Fact]
    public void Models_NotInstalled_NamesTheNextStep()
    {
        var lines = Check("streams: { a: rtsp://h/1, b: rtsp://h/2, off: { url: rtsp://h/3, enabled: false, pose: { model: none } } }");
        Assert.Equal(2, lines.Count);
        Assert.All(lines, l => Assert.Contains("is not installed: run ./build.sh setup", l, StringComparison.Ordinal));
        Assert.Contains("and put it into a folder of models.folders", Check("pose: { model: pp-tinypose-256x192, detector: yolox-nano }\nstreams: { a: rtsp://h/1 }")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_WrongTask_IsAModelError()
    {
        var config = Good("pose: { model: yolox-nano }\nstreams: { a: rtsp://h/1 }");
        Assert.Equal(ExitCode.Model, Assert.Throws<UserError>(() => ConfigCheck.Resolve(config.Streams[0], _catalog)).Code);
    }

    [Fact]
    public void Files_Missing_AreErrorsExceptDevices()
    {
        var problems = ConfigCheck.Files(Load("mqtt: { url: mqtts://h, ca_file: /nope/ca.pem }\nstreams: { a: /nope/x.mp4, b: /dev/video77 }"));
        Assert.Equal(
            [("mqtt.ca_file", Severity.Error), ("streams.a", Severity.Error), ("streams.b", Severity.Warning)],
            problems.Select(p => (p.Key.Replace(".url", "", StringComparison.Ordinal), p.Severity)));
    }
}
