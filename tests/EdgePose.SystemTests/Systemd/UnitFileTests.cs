using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Systemd;

/// <summary>The unit and its drop-ins before the judge that administrators use. systemd-analyze needs no booted systemd.</summary>
public sealed partial class UnitFileTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Tenths of systemd's exposure level, 0 (safe) to 100.</summary>
    private const int Threshold = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("edgepose-usb.conf")]
    [InlineData("edgepose-gpu.conf")]
    public void Verify_Unit_HasNothingToSay(string dropIn)
    {
        var (code, text) = Analyze("verify", "--man=no", Install(dropIn));
        Assert.True(code == 0 && text.Length == 0, $"systemd-analyze verify: exit code {code}\n{text}");
    }

    [Theory]
    [InlineData("NoSuchDirective=yes")]
    [InlineData("WatchdogSec=soon")]
    public void Verify_UnitWithAMistake_Complains(string line)
    {
        var unit = Install("");
        File.AppendAllText(unit, $"\n[Service]\n{line}\n");
        Assert.NotEqual("", Analyze("verify", "--man=no", unit).Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("edgepose-usb.conf")]
    [InlineData("edgepose-gpu.conf")]
    public void Security_Unit_StaysBelowTheThreshold(string dropIn)
    {
        // Offline mode reads one file only, so a drop-in is appended to it, which is what systemd makes of it.
        var unit = Install("");
        if (dropIn.Length > 0) { File.AppendAllText(unit, "\n" + File.ReadAllText(Path.Combine(Source, dropIn))); }
        var (code, text) = Analyze("security", "--no-pager", "--offline=true", $"--threshold={Threshold}", unit);
        var exposure = Exposure().Match(text).Groups[1].Value;
        output.WriteLine($"edgepose.service {dropIn}: exposure {exposure}");
        Assert.True(code == 0, text);
        Assert.InRange(double.Parse(exposure, CultureInfo.InvariantCulture), 0.1, Threshold / 10.0);
    }

    [Fact]
    public void Security_PlainUnit_IsAboveTheThreshold()
    {
        var unit = Path.Combine(_folder, "plain.service");
        File.WriteAllText(unit, "[Service]\nExecStart=/bin/true\n");
        Assert.NotEqual(0, Analyze("security", "--no-pager", "--offline=true", $"--threshold={Threshold}", unit).Code);
    }

    private static string Source => Path.Combine(Repo.Root, "systemd");

    /// <summary>Copies the unit into a folder of its own; only the program's path is replaced, by one that exists everywhere.</summary>
    private string Install(string dropIn)
    {
        var unit = Path.Combine(_folder, "edgepose.service");
        var text = File.ReadAllText(Path.Combine(Source, "edgepose.service"));
        Assert.Contains("=/usr/bin/edgepose ", text, StringComparison.Ordinal);
        File.WriteAllText(unit, text.Replace("=/usr/bin/edgepose ", "=/bin/true ", StringComparison.Ordinal));
        if (dropIn.Length > 0)
        {
            var folder = Directory.CreateDirectory(unit + ".d").FullName;
            File.Copy(Path.Combine(Source, dropIn), Path.Combine(folder, dropIn));
        }
        return unit;
    }

    private (int Code, string Output) Analyze(params string[] arguments)
    {
        Need.FromSetup(File.Exists("/usr/bin/systemd-analyze"), "needs systemd-analyze (Debian package systemd)");
        var start = new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // systemd looks for drop-ins and other units beside the file instead of in the system's folders.
        start.Environment["SYSTEMD_UNIT_PATH"] = _folder + ":";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + error.Result);
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();
}
