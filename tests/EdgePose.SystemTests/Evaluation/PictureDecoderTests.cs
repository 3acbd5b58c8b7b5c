using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Streams;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation;

namespace EdgePose.SystemTests.Evaluation;

public sealed class PictureDecoderTests : IDisposable
{
    private static readonly PictureDecoder Decoder = new(new FfmpegTools(), TimeProvider.System);
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-pictures-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Decode_LosslessPicture_GivesItsPixels()
    {
        var (path, pixels) = (Path.Combine(_folder, "noise.ppm"), new byte[30 * 20 * 3]);
        new Random(2).NextBytes(pixels);
        await File.WriteAllBytesAsync(path, [.. "P6\n30 20\n255\n"u8, .. pixels]);
        var frame = await Decoder.DecodeAsync(path, 30, 20, scaled: false, default);
        Assert.Equal((30, 20), (frame.Width, frame.Height));
        Assert.Equal(pixels, frame.Pixels);
    }

    [Fact]
    public async Task Decode_Scaled_HasTheFrameSize()
    {
        var frame = await Decoder.DecodeAsync(await MakeAsync("a.png", "testsrc=s=64x48"), 16, 12, scaled: true, default);
        Assert.Equal(16 * 12 * 3, frame.Pixels.Length);
        Assert.Contains(frame.Pixels, v => v > 100);
    }

    [Fact]
    public async Task Decode_PictureOfAnotherSize_SaysBothSizes()
    {
        var path = await MakeAsync("b.jpg", "testsrc=s=64x48");
        var e = await Assert.ThrowsAsync<UserError>(() => Decoder.DecodeAsync(path, 48, 64, scaled: false, default));
        Assert.Equal(ExitCode.Source, e.Code);
        Assert.Contains("b.jpg: the picture is 64x48, its annotation says 48x64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decode_NoPicture_IsASourceError()
    {
        var path = Path.Combine(_folder, "c.jpg");
        await File.WriteAllTextAsync(path, "not a picture");
        Assert.Contains("c.jpg", (await Assert.ThrowsAsync<UserError>(() => Decoder.DecodeAsync(path, 4, 4, scaled: false, default))).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await Assert.ThrowsAsync<UserError>(() => Decoder.DecodeAsync(path + "x", 4, 4, scaled: false, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decode_CocoPictures_AreTheStoredPixels()
    {
        var folder = Repo.Shared("media/coco");
        var column = Tools.Find("djpeg") is null ? 4 : 3;
        var rows = File.ReadLines(Path.Combine(folder, "decoded_sha256.tsv")).Skip(1).Take(5).Select(l => l.Split('\t'));
        foreach (var row in rows)
        {
            var (width, height) = (int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture), int.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture));
            var frame = await Decoder.DecodeAsync(Path.Combine(folder, "train2017", row[0]), width, height, scaled: false, default);
            Assert.Equal(row[column], Convert.ToHexStringLower(SHA256.HashData(frame.Pixels)));
        }
    }

    private async Task<string> MakeAsync(string name, string source)
    {
        var path = Path.Combine(_folder, name);
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", path]);
        return path;
    }
}
