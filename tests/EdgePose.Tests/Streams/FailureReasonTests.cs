using EdgePose.Domain;
using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

/// <summary>The lines are those of ffmpeg 4.3.7, 5.1.9, 7.1.5 and 9.0.2.</summary>
public sealed class FailureReasonTests
{
    private static (StreamState State, string Reason) Of(SourceKind kind, params string[] tail) => FailureReason.Of(tail, kind, "ffprobe ended with code 1");

    [Theory]
    [InlineData("Not a video capture device.", "/dev/video71: No such device", StreamState.NotFound, "gives metadata, no pictures")]
    [InlineData("ioctl(VIDIOC_STREAMON): No space left on device", "/dev/video72: No space left on device", StreamState.Unreachable, "bandwidth")]
    [InlineData("/dev/video73: Device or resource busy", "", StreamState.Unreachable, "fuser")]
    [InlineData("Cannot open video device /dev/video74: Permission denied", "/dev/video74: Permission denied", StreamState.Unreachable, "group video")]
    [InlineData("Cannot open video device /dev/video7: No such file or directory", "", StreamState.NotFound, "plugged in")]
    [InlineData("ioctl(VIDIOC_DQBUF): No such device", "", StreamState.NotFound, "plugged in")]
    internal void UsbCamera_HasItsOwnAdvice(string line, string last, StreamState state, string advice)
    {
        var (found, reason) = Of(SourceKind.V4l2, line, last);
        Assert.Equal(state, found);
        Assert.Contains(advice, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("udp", reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("file:a.mp4: Permission denied", "read the file")]
    [InlineData("file:a.mp4: No such file or directory", "no such file")]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2: moov atom not found", "cut off or still being written")]
    [InlineData("file:a: Is a directory", "a folder, not a file")]
    public void Recording_HasItsOwnAdvice(string line, string advice) =>
        Assert.Contains(advice, Of(SourceKind.File, line, "file:a.mp4: Invalid data found when processing input").Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("tls: Protocol 'tls' not on whitelist 'pipe,http,tcp,crypto,data'!")] // 4.3.7 to 7.1.5
    [InlineData("http: Protocol 'https' not on whitelist 'pipe,http,tcp,crypto,data'!")] // 9.0.2
    [InlineData("http: Protocol 'file' not on whitelist 'pipe,http,tcp,crypto,data'!")]
    public void RedirectToAnotherKind_IsNoFailureOfTls(string line)
    {
        var (state, reason) = Of(SourceKind.Http, line, "concat: Impossible to open 'http://cam/x'", "pipe:0: Invalid argument");
        Assert.Equal(StreamState.NotFound, state);
        Assert.Contains("redirects", reason, StringComparison.Ordinal);
    }
}
