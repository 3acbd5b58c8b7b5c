using System.Security.Cryptography;
using EdgePose.Peers;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.SystemTests.Daemon;

/// <summary>A network that starts and then fails on every frame: its size is baked in, whatever its axes claim.</summary>
public sealed class NothingMeasuredTests : IDisposable
{
    private readonly Site _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task NetworkThatFailsOnEveryFrame_IsAnErrorOfTheModelForEveryVerbAndNeverAnEmptyScene()
    {
        AddModel();
        var clip = Path.Combine(_site.Folder, "clip.mp4");
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1", "-c:v", "libx264", "-preset", "ultrafast", clip]);
        _site.Configure(0, $"hall: {{ url: {clip}, pace: max, pose: {{ model: baked }} }}", more: $"models: {{ folders: [{_site.Folder}] }}\n");
        var run = await _site.RunVerbAsync("run", "--config", _site.ConfigPath, "--stdout", "--until-end");
        Expect(run, "stream hall: none of its 5 frames could be processed, so nothing is known about people in them: model baked: the network does not run on [1,3,64,128]");
        Assert.DoesNotContain("\"people\":[]", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("streams/hall/people", run.Output, StringComparison.Ordinal);
        var replay = await _site.RunVerbAsync("replay", clip, "--config", _site.ConfigPath);
        Expect(replay, "frame 0 could not be processed: model baked: the network does not run on [1,3,64,128]");
        Assert.Empty(replay.Output);
        var eval = await _site.RunVerbAsync("eval", "--dataset", Dataset(), "--images", _site.Folder, "--model", "baked", "--models", _site.Folder, "-q");
        Expect(eval, "model baked: the network does not run on [1,3,64,128]");
        Assert.Empty(eval.Output);
    }

    private static void Expect(VerbResult result, string expected)
    {
        Assert.True(result.ExitCode == 4, result.ToString());
        Assert.True(result.Errors.Contains(expected, StringComparison.Ordinal), result.ToString());
        Assert.DoesNotContain("\n   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", result.Errors, StringComparison.Ordinal);
    }

    private void AddModel()
    {
        var bytes = TinyModel.LitePoseOfOneSize(14, 64);
        File.WriteAllBytes(Path.Combine(_site.Folder, "baked.onnx"), bytes);
        _site.Write("baked.yaml", $$"""
            name: baked
            kind: litepose
            file: baked.onnx
            sha256: {{Convert.ToHexStringLower(SHA256.HashData(bytes))}}
            input: { width: 64, height: 64 }
            outputs: [coarse, fine]
            skeleton: crowdpose14
            licence: none needed
            source: made by the test

            """);
    }

    private string Dataset()
    {
        File.WriteAllBytes(Path.Combine(_site.Folder, "a.ppm"), [.. "P6\n320 240\n255\n"u8, .. new byte[320 * 240 * 3]]);
        var points = string.Join(',', Enumerable.Repeat("5,6,2", 17));
        return _site.Write("gt.json", $$"""
            {"images":[{"id":1,"file_name":"a.ppm","width":320,"height":240}],"categories":[{"id":1,"name":"person"}],
             "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,30,40],"area":500,"iscrowd":0,"num_keypoints":17,"keypoints":[{{points}}]}]}
            """);
    }
}
