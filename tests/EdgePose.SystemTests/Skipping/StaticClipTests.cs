using System.Globalization;
using EdgePose.Domain;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Tracking;
using EdgePose.SystemTests.Ingest;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Skipping;

/// <summary>
/// A photograph of somebody as a camera would send it: noise, H.264 at a low rate and a key frame each second. Twenty seconds, or
/// EDGEPOSE_STATIC_SECONDS.
/// </summary>
public sealed class StaticClipTests(ITestOutputHelper output) : IDisposable
{
    private const int Fps = 30;
    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("EDGEPOSE_STATIC_SECONDS") ?? "20", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-static-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task StaticScene_OfARealCodec_CostsAFewPercentOfAlwaysOn()
    {
        var (picture, clip) = (Repo.Shared("media/coco/train2017/000000535506.jpg"), Path.Combine(_folder, "static.mp4"));
        await Tool.RunAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-loop", "1", "-framerate", $"{Fps}", "-i", picture, "-t", $"{Seconds}", "-vf", $"scale=640:480,noise=alls=8:allf=t,format=yuv420p",
            "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", $"{Fps}",
            "-b:v", "400k", "-maxrate", "400k", "-bufsize", "400k", clip]);
        using var real = new RealStages("pp-tinypose-256x192", "rtmdet-nano-person");
        var estimator = real.Estimator();
        var stages = new PeoplePipeline(estimator, real.Tracker, real.Skipping);
        var (frames, people, atEnd) = (0, 0, 0);
        await ClipFrames.PlayAsync(clip, estimator.PreferredFrame, frame =>
        {
            stages.Process(frame, frames++ / (double)Fps, Quality.Full);
            (people, atEnd) = (people + stages.People.Count, stages.People.Count);
        });
        var (runs, always) = (estimator.DetectorRuns + estimator.PoseRuns, frames + people);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{frames} frames, {atEnd} people: detector {estimator.DetectorRuns / (double)Seconds:0.00}/s, pose {estimator.PoseRuns / (double)Seconds:0.00}/s, {100.0 * runs / always:0.00} % of always-on"));
        Assert.Equal(Seconds * Fps, frames);
        Assert.True(atEnd >= 1, "nobody was found");
        Assert.True(runs <= 0.05 * always, $"{runs} of {always} runs");
    }
}
