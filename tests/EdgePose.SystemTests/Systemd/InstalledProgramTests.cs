using System.Globalization;
using EdgePose.Peers;
using EdgePose.SystemTests.Daemon;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Systemd;

/// <summary>
/// The documented installation without a booted systemd: the program in /opt, the whole system read-only but the state directory, another user, no
/// home, and the default models that come with the program.
/// </summary>
public sealed class InstalledProgramTests : IDisposable
{
    private const int Stranger = 65_531;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-opt-").FullName;

    [Fact]
    public async Task Program_AsAnotherUserOnAReadOnlySystem_StartsWithTheDefaultModels()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        var program = await InstallAsync();
        var clip = Path.Combine(_folder, "clip.nut");
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5", "-frames:v", "5", "-c:v", "rawvideo", clip]);
        var config = Path.Combine(_folder, "edgepose.yaml");
        File.WriteAllText(config, $"record: {{ folder: recordings }}\nstreams: {{ front: {{ url: {clip}, pace: max }} }}\n");
        var state = Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName;
        await Tools.RunAsync("chmod", ["-R", "a+rX", _folder]);
        await Tools.RunAsync("chown", [$"{Stranger}", state]);
        await Tools.RunAsync("chmod", ["0700", state]);

        var run = await AsServiceAsync(state, [EdgePoseProcess.Line([])[0], Path.Combine(program, "edgepose.dll"), "run", "--stdout", "--until-end", "--config", config]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("model centernet-person", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Repo.Root, run.ToString(), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(state, "recordings")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(state, "recordings", "front"), "*.poses"));
        Assert.DoesNotContain("   at ", run.ToString(), StringComparison.Ordinal);
        var check = await AsServiceAsync(state, [EdgePoseProcess.Line([])[0], Path.Combine(program, "edgepose.dll"), "check", "--offline", "--config", config]);
        Assert.True(check.ExitCode == 0, check.ToString());
        Assert.Contains(Path.Combine(state, "recordings"), check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_CarriesTheModelsOfTheSetUp()
    {
        var text = File.ReadAllText(Path.Combine(Repo.Root, "build", "Publishing.cs"));
        Assert.Matches(@"(?s)public static void Program\(.*Carry\(folder\);", text);
    }

    /// <summary>What <c>publish</c> makes, from what the build has made: the program, its descriptors and the default models.</summary>
    private async Task<string> InstallAsync()
    {
        var (models, target) = (DaemonFixture.NeedModels(), Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName);
        // Copied, for the runtime follows links to where a checkout and its models are.
        var built = Path.Combine(Repo.Root, "artifacts", "bin", "EdgePose.Program", "release");
        await Tools.RunAsync("cp", ["-r", built + "/.", target]);
        foreach (var file in Directory.GetFiles(models, "*.onnx*")) { File.Copy(file, Path.Combine(target, "models", Path.GetFileName(file))); }
        return target;
    }

    private static Task<VerbResult> AsServiceAsync(string state, string[] line)
    {
        // A file system of its own, read-only as under ProtectSystem=strict; only the state directory is left.
        var script = $"mount --make-rprivate / && mount --bind {state} {state} && mount -o remount,bind,ro / && exec \"$@\"";
        string[] user = ["setpriv", $"--reuid={Stranger.ToString(CultureInfo.InvariantCulture)}", $"--regid={Stranger.ToString(CultureInfo.InvariantCulture)}", "--clear-groups", "--no-new-privs"];
        var environment = new Dictionary<string, string> { ["STATE_DIRECTORY"] = state, ["HOME"] = "/nonexistent", ["XDG_STATE_HOME"] = "", ["XDG_RUNTIME_DIR"] = "", ["DOTNET_EnableDiagnostics"] = "0" };
        return EdgePoseProcess.RunProgramAsync(["unshare", "--mount", "sh", "-c", script, "sh", .. user, .. line], environment, TimeSpan.FromSeconds(60));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
