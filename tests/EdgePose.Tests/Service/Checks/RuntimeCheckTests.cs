using EdgePose.Domain;
using EdgePose.Service.Checks;
using EdgePose.Streams;

namespace EdgePose.Tests.Service.Checks;

public sealed class RuntimeCheckTests
{
    private static CheckReport Look(FfmpegGeneration? ffmpeg)
    {
        var findings = new Findings();
        RuntimeCheck.Look(ffmpeg, findings);
        return findings.Report("edgepose.yaml", strict: false);
    }

    [Fact]
    public void KnownFfmpeg_IsNamed_WithWhatItLacks()
    {
        Assert.Equal("ffmpeg 5.1.9", Assert.Single(Look(new FfmpegGeneration("5.1.9", 59, 27)).Findings).Text);
        var old = Look(new FfmpegGeneration("4.4.2", 58, 76));
        Assert.Equal((0, 2), (old.Errors, old.Warnings));
        Assert.Contains(old.Findings, static f => f.Text.Contains("no -fps_mode", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(58, 29, "4.3 or later is needed")]
    [InlineData(64, 0, "newer than those")]
    public void UnknownFfmpeg_IsRefused(int major, int minor, string why)
    {
        var report = Look(new FfmpegGeneration("x", major, minor));
        Assert.Equal((1, (int)ExitCode.Source), (report.Errors, report.ExitCode));
        Assert.Contains(why, report.Findings[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void NoFfmpeg_NamesThePackage() => Assert.Contains("apt-get install ffmpeg", Assert.Single(Look(null).Findings).Text, StringComparison.Ordinal);
}
