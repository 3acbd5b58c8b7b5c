using System.Diagnostics;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Evaluation;

/// <summary>The verb as a user starts it.</summary>
public sealed class EvalCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-eval-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Eval_ResultsOfAFile_PrintsJsonAndObeysMinAp()
    {
        var (data, results) = (Path.Combine(_folder, "gt.json"), Path.Combine(_folder, "dt.json"));
        var points = string.Join(',', Enumerable.Repeat("5,6,2", 17));
        await File.WriteAllTextAsync(data, $$"""
            {"images":[{"id":1,"file_name":"a.jpg","width":64,"height":48}],"categories":[{"id":1,"name":"person"}],
             "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,30,40],"area":500,"iscrowd":0,"num_keypoints":17,"keypoints":[{{points}}]}]}
            """);
        await File.WriteAllTextAsync(results, $$"""
            [{"image_id":1,"category_id":1,"score":0.9,"keypoints":[{{points.Replace('5', '9').Replace('6', '9')}}],"bbox":[1,2,30,40]},
             {"image_id":1,"category_id":1,"score":0.5,"keypoints":[{{points}}],"bbox":[1,2,30,40]}]
            """);
        var good = await RunAsync("eval", "--dataset", data, "--results", results, "--min-ap", "0.4");
        Assert.Equal(0, good.Code);
        using var report = JsonDocument.Parse(good.Output);
        Assert.Equal(0.5, report.RootElement.GetProperty("ap").GetDouble(), 1e-9);
        Assert.Equal("edgepose.eval.keypoints/1", report.RootElement.GetProperty("schema").GetString());
        Assert.Equal(64, report.RootElement.GetProperty("dataset_sha256").GetString()!.Length);
        var bad = await RunAsync("eval", "--dataset", data, "--results", results, "--min-ap", "0.6");
        Assert.Equal((int)ExitCode.Threshold, bad.Code);
        Assert.Contains("AP 0.5000 is below --min-ap 0.6", bad.Errors, StringComparison.Ordinal);
        Assert.NotEmpty(bad.Output);
    }

    [Theory]
    [InlineData("one of --dataset, --tracking and --mot is needed", "eval")]
    [InlineData("--mot needs --results", "eval", "--mot", "gt.txt")]
    [InlineData("--dataset needs --images", "eval", "--dataset", "gt.json", "--model", "litepose-m")]
    [InlineData("--model is needed", "eval", "--dataset", "gt.json", "--images", ".")]
    [InlineData("--tracking needs --truth", "eval", "--tracking", "a.mp4", "--model", "litepose-m")]
    [InlineData("--subset -1: must not be negative", "eval", "--dataset", "gt.json", "--images", ".", "--model", "litepose-m", "--subset", "-1")]
    public async Task Eval_WrongUsage_ExitsWithTwo(string expected, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((int)ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Eval_Mot_EqualsTrackEval()
    {
        var folder = Repo.Shared("media/tracking/TUD-Campus");
        var run = await RunAsync("eval", "--mot", Path.Combine(folder, "gt.txt"), "--results", Path.Combine(folder, "tracker.txt"));
        Assert.Equal(0, run.Code);
        using var report = JsonDocument.Parse(run.Output);
        var figures = report.RootElement.GetProperty("figures")[0];
        Assert.Equal([0.5264624, 0.55765921, 0.39139744],
            new[] { "mota", "idf1", "hota" }.Select(n => figures.GetProperty(n).GetDouble()), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public async Task Eval_NetworksOnPictures_FindPeopleAndWriteDetections()
    {
        var (coco, models) = (Repo.Shared("media/coco"), Repo.Shared("models"));
        var (detections, crowdPoseFile) = (Path.Combine(_folder, "detections.json"), Path.Combine(_folder, "crowdpose.json"));
        var annotations = Path.Combine(coco, "annotations", "person_keypoints.json");
        string[] common = ["eval", "--dataset", annotations, "--images", Path.Combine(coco, "train2017"), "--models", models, "--subset", "12"];
        var run = await RunAsync([.. common, "--model", "pp-tinypose-256x192", "--boxes", "gt", "--detections", detections]);
        Assert.Equal((0, ""), (run.Code, run.Code == 0 ? "" : run.Errors));
        Assert.Contains("100 %", run.Errors, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(run.Output);
        var ap = report.RootElement.GetProperty("ap").GetDouble();
        Assert.InRange(ap, 0.2, 0.95);
        Assert.Equal("b1ad3e97ebacf774600dd3ae0270e4169ec743fe4ea85bc4b8d950f129a4ed9f", report.RootElement.GetProperty("run").GetProperty("model").GetProperty("sha256").GetString());
        // The file that was written gives the same figures.
        var again = await RunAsync("eval", "--dataset", annotations, "--results", detections, "--subset", "12");
        using var second = JsonDocument.Parse(again.Output);
        Assert.Equal(ap, second.RootElement.GetProperty("ap").GetDouble(), 1e-9);
        var crowdPose = await RunAsync([.. common, "--model", "litepose-m", "--refine", "off", "-q", "--detections", crowdPoseFile]);
        using var third = JsonDocument.Parse(crowdPose.Output);
        Assert.Equal(12, third.RootElement.GetProperty("joints").GetArrayLength());
        Assert.Contains("shares with crowdpose14", third.RootElement.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        Assert.Empty(crowdPose.Errors);
        var remeasured = await RunAsync("eval", "--dataset", annotations, "--results", crowdPoseFile, "--subset", "12", "--model", "litepose-m");
        using var fourth = JsonDocument.Parse(remeasured.Output);
        Assert.Equal(third.RootElement.GetProperty("ap").GetDouble(), fourth.RootElement.GetProperty("ap").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Eval_Clip_FollowsThePeople()
    {
        var (clips, models) = (Repo.Shared("media/panzoom"), Repo.Shared("models"));
        var run = await RunAsync(
            "eval", "--tracking", Path.Combine(clips, "dinner.mp4"), "--truth", Path.Combine(clips, "dinner.gt.json"), "--models", models,
            "--model", "pp-tinypose-256x192", "--detector", "rtmdet-nano-person", "--fps", "5", "-q");
        Assert.Equal((0, ""), (run.Code, run.Errors));
        using var report = JsonDocument.Parse(run.Output);
        var (byBox, byPose) = (report.RootElement.GetProperty("figures")[0], report.RootElement.GetProperty("figures")[1]);
        Assert.Equal(("iou", "oks"), (byBox.GetProperty("similarity").GetString(), byPose.GetProperty("similarity").GetString()));
        Assert.Equal((45, 135), (byPose.GetProperty("frames").GetInt32(), byPose.GetProperty("truth_boxes").GetInt32()));
        // Four people who sit; the figures were .90 and .91 when this was written.
        Assert.InRange(byPose.GetProperty("mota").GetDouble(), 0.75, 1);
        Assert.InRange(byPose.GetProperty("idf1").GetDouble(), 0.75, 1);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "edgepose.dll"));
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
