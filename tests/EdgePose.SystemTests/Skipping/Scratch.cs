using System.Diagnostics;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.Inference.Skipping;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Skipping;

public sealed class Scratch
{
    [Theory]
    [InlineData("a", 4, "-preset veryfast -tune zerolatency -b:v 1000k -maxrate 1000k -bufsize 1000k -g 30")]
    [InlineData("b", 4, "-preset veryfast -tune zerolatency -crf 28 -g 30")]
    [InlineData("c", 12, "-preset ultrafast -tune zerolatency -b:v 500k -maxrate 500k -bufsize 500k -g 30")]
    [InlineData("d", 0, "-preset veryfast -tune zerolatency -crf 30 -g 30")]
    [InlineData("e", 8, "-preset veryfast -tune zerolatency -b:v 400k -maxrate 400k -bufsize 400k -g 30")]
    public async Task Pulses(string name, int noise, string codec)
    {
        var still = Repo.Shared("media/coco/train2017/000000535506.jpg");
        var path = $"/tmp/static-{name}.mp4";
        if (!File.Exists(path))
        {
            var filter = "scale=640:480" + (noise > 0 ? $",noise=alls={noise}:allf=t" : "") + ",format=yuv420p";
            using var p = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-y", "-loop", "1", "-framerate", "30", "-i", still, "-t", "60", "-vf", filter, "-c:v", "libx264", .. codec.Split(' '), path]))!;
            await p.WaitForExitAsync();
        }
        using var probe = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-i", path, "-t", "4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]) { RedirectStandardOutput = true })!;
        var stream = probe.StandardOutput.BaseStream;
        var frame = new Frame(640, 480);
        var thumb = new Thumbnail();
        ChangeMap? step = null, second = null;
        var lines = new List<string> { name + " " + codec };
        for (var i = 0; ; i++)
        {
            var got = 0;
            while (got < frame.Pixels.Length) { var n = stream.Read(frame.Pixels, got, frame.Pixels.Length - got); if (n == 0) { break; } got += n; }
            if (got < frame.Pixels.Length) { break; }
            thumb.Draw(frame);
            step ??= new ChangeMap(thumb.Width, thumb.Height);
            second ??= new ChangeMap(thumb.Width, thumb.Height);
            step.Compare(thumb); second.Compare(thumb);
            if (i >= 54 && i < 96) { lines.Add($"{i,3} step {Text(step)}   since {Text(second)}"); }
            step.SeeAll(thumb);
            if (i % 30 == 15) { second.SeeAll(thumb); }
        }
        File.WriteAllLines($"/tmp/pulses-{name}.txt", lines);
    }

    private static string Text(ChangeMap map)
    {
        var v = Enumerable.Range(0, map.Blocks).Select(b => map.Mean(map.Block(b))).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{v[0]:0.00} {v[v.Length / 4]:0.00} {v[v.Length / 2]:0.00} {v[v.Length * 3 / 4]:0.00} {v[^1]:0.00}");
    }
}
