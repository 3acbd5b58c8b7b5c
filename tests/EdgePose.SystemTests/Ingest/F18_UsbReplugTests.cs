using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Ingest;

/// <summary>
/// F18: a USB camera is unplugged and comes back under another number. Without a camera: a script plays ffmpeg, links play udev's. What a
/// real camera and the kernel do needs hardware.
/// </summary>
public sealed class F18_UsbReplugTests(FaultFolder fixture, ITestOutputHelper output) : IClassFixture<FaultFolder>
{
    [Fact]
    public async Task UnpluggedAndPluggedInUnderAnotherNumber_IsNotFound_AndFoundByItsName()
    {
        var links = Directory.CreateDirectory(Path.Combine(fixture.Folder, "by-id")).FullName;
        await File.WriteAllTextAsync(Path.Combine(links, "usb-046d_HD_Pro_Webcam_C920_1A2B3C4F-video-index0"), "");
        var (plugged, log) = (Path.Combine(fixture.Folder, "f18.plugged"), Path.Combine(fixture.Folder, "f18.opened"));
        await File.WriteAllTextAsync(plugged, "/dev/video0");
        // The last argument of ffprobe's input and of ffmpeg's is looked at, as the kernel would.
        var open = $"""
            want=none; for a in "$@"; do case "$a" in /dev/video*) want="$a";; esac; done
            is=$(cat '{plugged}' 2>/dev/null)
            if [ "$want" != "$is" ]; then echo "[error] $want: No such file or directory" >&2; exit 1; fi
            """;
        var tools = new FakeTool(fixture.Folder).Pair(
            "f18", $"{open}\necho \"$want\" >> '{log}'; while [ \"$(cat '{plugged}')\" = \"$want\" ]; do {FakeTool.Frame}; sleep 0.02; done; echo '[video4linux2,v4l2 @ 0x1] [error] ioctl(VIDIOC_DQBUF): No such device' >&2; exit 1", open);
        string? Target(string _)
        {
            var node = File.ReadAllText(plugged);
            return node.Length > 0 ? node : null;
        }
        var time = new FakeTimeProvider();
        await using var stream = new RunningStream(
            new SourceSettings { Stream = "usb", Url = "/dev/video0", StallAfter = TimeSpan.FromMinutes(5), FrameSize = static (_, _) => (32, 24) }, tools, time: time, device: new V4l2Device(links, Target));
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2), () => stream.Frames.Count > 5 && stream.Status.State == StreamState.Online);

        await File.WriteAllTextAsync(plugged, "");
        await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2), () => stream.Status.State == StreamState.NotFound);
        output.WriteLine($"unplugged: {stream.Status.State}: {stream.Status.Reason}");
        Assert.Equal(StreamState.NotFound, stream.Status.State);
        await File.WriteAllTextAsync(plugged, "/dev/video2");
        var back = await FastClock.RunAsync(time, stream, TimeSpan.FromMinutes(2), () => stream.Frames.Any(static f => f.Epoch == 2));

        output.WriteLine($"plugged in as /dev/video2: frames after {back.TotalSeconds:0} s of the fast clock; opened {string.Join(", ", await File.ReadAllLinesAsync(log))}");
        Assert.Equal(["/dev/video0", "/dev/video2"], await File.ReadAllLinesAsync(log));
        Assert.InRange(back.TotalSeconds, 0, 35);
    }
}
