using System.Text.Json;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("probe")]
    [InlineData("demo")]
    [InlineData("models")]
    [InlineData("models list")]
    [InlineData("models info")]
    [InlineData("models verify")]
    [InlineData("models import")]
    [InlineData("version")]
    public async Task Help_BeginsWithTwoExamplesOfTheVerb(string verb)
    {
        var result = await EdgePoseProcess.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        var lines = result.Output.Split('\n');
        Assert.Equal("Examples:", lines[0]);
        Assert.All(lines[1..3], l => Assert.StartsWith($"  edgepose {verb}".TrimEnd(), l, StringComparison.Ordinal));
        Assert.Equal("", lines[3].Trim());
        Assert.Contains(lines, l => l.Contains("--help", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run --configg x")]
    [InlineData("frobnicate")]
    [InlineData("probe")]
    [InlineData("probe rtsp://127.0.0.1/1 --seconds 0")]
    [InlineData("probe concat:a|b")]
    [InlineData("models info")]
    public async Task WrongUsage_IsCodeTwoWithANextStep(string arguments)
    {
        var result = await EdgePoseProcess.RunAsync(arguments.Split(' '));
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.StartsWith("edgepose: ", result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task NoConfiguration_IsCodeThreeAndNamesTheOption()
    {
        var result = await EdgePoseProcess.RunAsync("run", "--config", "/nonexistent/edgepose.yaml");
        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("--config", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoBroker_IsCodeThreeAndNamesTheWays()
    {
        DaemonFixture.NeedModels();
        using var site = new Site();
        site.Configure(0, "cam: rtsp://127.0.0.1/1");
        var result = await site.RunVerbAsync("run", "--config", site.ConfigPath);
        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("--stdout", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionJson_NamesEverythingItRunsOn()
    {
        var result = await EdgePoseProcess.RunAsync("version", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var versions = JsonDocument.Parse(result.Output);
        foreach (var name in (string[])["edgepose", "runtime", "os", "architecture", "onnxruntime", "ffmpeg", "mqttnet"])
        {
            Assert.NotEqual("", versions.RootElement.GetProperty(name).GetString());
        }
        Assert.Equal(JsonValueKind.Array, versions.RootElement.GetProperty("compiled_providers").ValueKind);
    }

    [Theory]
    [InlineData("models list --json")]
    [InlineData("models info movenet-lightning --json")]
    [InlineData("models verify movenet-lightning --json")]
    [InlineData("check --schema")]
    public async Task MachineReadableResults_AreOneJsonDocument(string arguments)
    {
        DaemonFixture.NeedModels();
        var result = await EdgePoseProcess.RunAsync(arguments.Split(' '));
        Assert.True(result.ExitCode == 0, result.ToString());
        using var document = JsonDocument.Parse(result.Output);
        Assert.Contains(document.RootElement.ValueKind, (JsonValueKind[])[JsonValueKind.Object, JsonValueKind.Array]);
    }

    [Fact]
    public async Task FfmpegMissing_CheckSaysWhatToInstall()
    {
        DaemonFixture.NeedModels();
        using var site = new Site().With("PATH", "/nonexistent");
        site.Configure(1883, "cam: rtsp://127.0.0.1/1");
        var result = await site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);
        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Contains("apt-get install ffmpeg", result.Output, StringComparison.Ordinal);
    }
}
