using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F19_DamagedModelTests
{
    [Fact]
    public async Task OneBitFlipped_RunAndCheckEndWithCodeFourAndNameTheHash()
    {
        var models = DaemonFixture.NeedModels();
        using var site = new Site();
        CopyPoseModel(models, site, static bytes => bytes[bytes.Length / 2] ^= 1);

        foreach (var result in new[] { await RunAsync(site), await CheckAsync(site) })
        {
            Assert.True(result.ExitCode == 4, result.ToString());
            Assert.Contains("movenet-lightning.onnx has SHA-256", result.Output + result.Errors, StringComparison.Ordinal);
            Assert.Contains("the file is damaged or another version", result.Output + result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Truncated_IsCodeFour()
    {
        var models = DaemonFixture.NeedModels();
        using var site = new Site();
        CopyPoseModel(models, site, static _ => { }, length: 4096);
        var result = await RunAsync(site);
        Assert.True(result.ExitCode == 4, result.ToString());
    }

    [Fact]
    public async Task NotInstalled_IsCodeFourAndSaysHowToGetIt()
    {
        using var site = new Site();
        site.Configure(1883, "cam: { url: rtsp://127.0.0.1/1, pose: { model: dwpose-missing } }", more: $"models: {{ folders: [{site.Folder}] }}\n");
        site.Write("dwpose-missing.yaml", $"name: dwpose-missing\nkind: simcc\nfile: dwpose-missing.onnx\nsha256: {new string('0', 64)}\nskeleton: coco_wholebody133\nlicence: Apache-2.0\nsource: somewhere\n");
        foreach (var result in new[] { await RunAsync(site), await CheckAsync(site) })
        {
            Assert.True(result.ExitCode == 4, result.ToString());
            Assert.Contains("not installed", result.Output + result.Errors, StringComparison.Ordinal);
            Assert.Contains("models.folders", result.Output + result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnknownName_IsCodeFourWithASuggestion()
    {
        using var site = new Site();
        site.Configure(1883, "cam: { url: rtsp://127.0.0.1/1, pose: { model: movenet-lightening } }");
        foreach (var result in new[] { await RunAsync(site), await CheckAsync(site) })
        {
            Assert.True(result.ExitCode == 4, result.ToString());
            Assert.Contains("did you mean \"movenet-lightning\"?", result.Output + result.Errors, StringComparison.Ordinal);
        }
    }

    private static Task<VerbResult> RunAsync(Site site) => site.RunVerbAsync("run", "--config", site.ConfigPath);

    private static Task<VerbResult> CheckAsync(Site site) => site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);

    private static void CopyPoseModel(string models, Site site, Action<byte[]> damage, int? length = null)
    {
        const string name = "movenet-lightning.onnx";
        var bytes = File.ReadAllBytes(Path.Combine(models, name));
        damage(bytes);
        File.WriteAllBytes(Path.Combine(site.Folder, name), bytes[..(length ?? bytes.Length)]);
        File.Copy(Path.Combine(models, name + ".sha256"), Path.Combine(site.Folder, name + ".sha256"));
        site.Configure(1883, "cam: rtsp://127.0.0.1/1", more: $"models: {{ folders: [{site.Folder}] }}\n");
    }
}
