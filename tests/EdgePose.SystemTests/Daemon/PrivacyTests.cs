using System.Text;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>No pixels leave the process: what goes to the broker and to standard output is searched for pictures.</summary>
public sealed class PrivacyTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task TrafficToTheBroker_HoldsNoPicture()
    {
        using var server = new RtspServer(fixture.People);
        await using var broker = await MosquittoBroker.StartAsync();
        await using var tap = new Tap(broker.Port);
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = new Site();
        site.Configure(tap.Port, $"cam: {server.Url}");
        await using (var daemon = site.Run())
        {
            await Tools.UntilAsync(
                () => Task.FromResult(PoseMessage.Of(sub, "cam").Count(p => p.People.Count > 0) >= 20), () => string.Join('\n', daemon.Log));
            daemon.Signal(EdgePoseProcess.SigTerm);
            await daemon.WaitForExitAsync(Tools.Patience);
        }
        var traffic = tap.Captured;
        output.WriteLine($"{traffic.Length} bytes of traffic, highest entropy {PictureSigns.HighestEntropy(traffic):0.0} bits a byte");
        Assert.InRange(traffic.Length, 10_000, int.MaxValue);
        Assert.Empty(PictureSigns.In(traffic));
    }

    [Fact]
    public async Task StandardOutput_HoldsNoPicture()
    {
        using var site = new Site();
        site.Configure(0, $"clip: {{ url: {fixture.FewPeople}, pace: max }}", more: "poses: { max_rate: 240 }\n");
        var result = await site.RunVerbAsync("run", "--config", site.ConfigPath, "--stdout", "--until-end");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(PictureSigns.In(Encoding.UTF8.GetBytes(result.Output)));
        Assert.DoesNotContain('\ufffd', result.Output); // bytes that were no text
    }

    [Theory]
    [InlineData("one.jpg", "-f image2")]
    [InlineData("one.png", "-f image2")]
    [InlineData("one.h264", "-c:v libx264 -f h264")]
    [InlineData("one.rgb", "-f rawvideo -pix_fmt rgb24")]
    public async Task Signs_ArePresentInRealPictures(string name, string options)
    {
        using var site = new Site();
        var file = Path.Combine(site.Folder, name);
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", fixture.FewPeople, "-frames:v", "1", .. options.Split(' '), file]);
        byte[] hidden = [.. Encoding.UTF8.GetBytes("{\"people\":"), .. await File.ReadAllBytesAsync(file), (byte)'}'];
        Assert.NotEmpty(PictureSigns.In(hidden));
    }
}

/// <summary>What gives a picture away.</summary>
internal static class PictureSigns
{
    private const int Block = 4096;

    /// <summary>Bits a byte. Messages reach 5.3, with the frames of MQTT around them; compressed pictures are near 8, a raw one of a street above 6.</summary>
    private const double MostOfText = 6;

    private static readonly (string Name, byte[] Bytes)[] Signatures =
    [
        ("JPEG", [0xFF, 0xD8, 0xFF]), ("PNG", [0x89, 0x50, 0x4E, 0x47]), ("H.264 parameters", [0, 0, 0, 1, 0x67]),
        ("H.264 key picture", [0, 0, 1, 0x65]), ("H.264 picture", [0, 0, 0, 1, 0x41]), ("JPEG as base64", "/9j/4"u8.ToArray()), ("PNG as base64", "iVBORw0KGgo"u8.ToArray()),
    ];

    public static IReadOnlyList<string> In(byte[] bytes)
    {
        var found = Signatures.Where(s => bytes.AsSpan().IndexOf(s.Bytes) >= 0).Select(s => s.Name).ToList();
        if (HighestEntropy(bytes) > MostOfText) { found.Add("a block of 4 KiB that is no text"); }
        return found;
    }

    /// <summary>Of all blocks of 4 KiB, in bits a byte; 0 for less than one block.</summary>
    public static double HighestEntropy(byte[] bytes) =>
        bytes.Chunk(Block).Where(c => c.Length == Block).Select(Entropy).DefaultIfEmpty().Max();

    private static double Entropy(byte[] block) =>
        -block.GroupBy(b => b).Select(g => (double)g.Count() / block.Length).Sum(p => p * Math.Log2(p));
}
