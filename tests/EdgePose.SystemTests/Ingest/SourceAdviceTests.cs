using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Ingest;

/// <summary>What an operator is told of a source that ffmpeg cannot open, where ffmpeg's own words would mislead.</summary>
public sealed class SourceAdviceTests(FaultFolder fixture) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task DigestThatFfmpegDoesNotKnow_IsNamed()
    {
        var clip = Clip.MakePlain(fixture.Folder, "gray", "sha.h264");
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            Refuse = static (_, method) => method == "DESCRIBE" ? "401 Unauthorized" : null,
            Challenge = "Digest realm=\"IP Camera\", nonce=\"6f1a3c\", algorithm=SHA-256",
        });
        await using var stream = new RunningStream(RtspSourceTests.Rtsp(camera.Url) with { User = "viewer", Password = new Secret("right") });
        await stream.WaitAsync(static s => s.Status.State == StreamState.AuthFailed, 20, "auth failed");
        Assert.Contains("Digest with SHA-256, which ffmpeg cannot do", stream.Status.Reason, StringComparison.Ordinal);
    }

    /// <summary>Key pictures are 20 s apart, and the connection begins between two of them.</summary>
    [Fact]
    public async Task PicturesWithoutAKeyPicture_AreWaitedForAndSaidSo()
    {
        var clip = Elementary.Load(Clip.Make(fixture.Folder, 8, "late-key.h264", "-g", "1000", "-keyint_min", "1000", "-sc_threshold", "0"));
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(clip) with
        {
            // ffprobe learns the size from the description; ffmpeg gets predicted pictures for five seconds, then all from the key picture on.
            Play = _ => RtspScript.Timed(clip.Pictures.Skip(1).Take(75).Concat(RtspScript.Forever(clip)), hevc: false),
        });
        var source = RtspSourceTests.Rtsp(camera.Url) with { FirstFrameWithin = TimeSpan.FromSeconds(4), KeyPictureWithin = TimeSpan.FromSeconds(60) };
        await using (var stream = new RunningStream(source))
        {
            await stream.WaitAsync(static s => s.Status.State == StreamState.Online, 40, "online");
            Assert.Equal((1, 0), (stream.Status.Epoch, stream.Status.Reconnects));
            Assert.Contains(stream.Statuses, static s => s.Reason.Contains("its next key picture is waited for", StringComparison.Ordinal));
        }
        await using var impatient = new RunningStream(source with { KeyPictureWithin = TimeSpan.FromSeconds(1) });
        await impatient.WaitAsync(static s => s.Status.State == StreamState.Stalled, 40, "stalled");
    }
}
