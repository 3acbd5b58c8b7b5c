using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Tests.Workshop.Evaluation.Data;

public sealed class ResultsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-results-").FullName;
    private readonly string _path;

    public ResultsFileTests() => _path = Path.Combine(_folder, "results.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_ThenRead_GivesTheSame()
    {
        var sample = new Sample().Image(5).Found(5, 10.5, 20.25, 0.875, side: 33).Found(5, 1, 2, 0.25);
        ResultsFile.Write(_path, sample.Results, sample.Dataset);
        var read = ResultsFile.Read(_path, sample.Dataset);
        Assert.Equal(sample.Results.Select(r => (r.Image, r.Score)), read.Select(r => (r.Image, r.Score)));
        Assert.Equal(sample.Results.SelectMany(r => r.Points), read.SelectMany(r => r.Points));
        Assert.Equal(sample.Results.SelectMany(r => r.Box!), read.SelectMany(r => r.Box!));
        Assert.Equal(["results.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Write_WholeBody_SplitsThePartsAndReadsThemBack()
    {
        var sample = new Sample(Skeletons.CocoWholeBody133).Image(1);
        double[] points = [.. Enumerable.Range(0, 399).Select(i => (double)i)];
        sample.Found(1, 0, 0, 0.5, points: points);
        ResultsFile.Write(_path, sample.Results, sample.Dataset);
        Assert.Contains("\"foot_kpts\":[51,", File.ReadAllText(_path), StringComparison.Ordinal);
        Assert.Contains("\"righthand_kpts\":[336,", File.ReadAllText(_path), StringComparison.Ordinal);
        Assert.Equal(points, ResultsFile.Read(_path, sample.Dataset)[0].Points);
    }

    [Fact]
    public void Write_NoSuchFolder_IsAUserError() =>
        Assert.Throws<UserError>(() => ResultsFile.Write(Path.Combine(_folder, "none", "r.json"), [], new Sample().Dataset));

    [Theory]
    [InlineData("{}", "is not a COCO results file")]
    [InlineData("[null]", "[0]: is null")]
    [InlineData("[{\"image_id\": 9, \"score\": 1, \"keypoints\": []}]", "[0]: image_id 9 is not in")]
    [InlineData("[{\"image_id\": 5, \"keypoints\": []}]", "[0]: needs a score")]
    [InlineData("[{\"image_id\": 5, \"score\": 1, \"keypoints\": [1, 2, 3]}]", "[0]: has 3 key-point values, 51 are expected")]
    [InlineData("[{\"image_id\": 5, \"score\": 1, \"keypoints\": [1, \"x\"]}]", "$[0].keypoints")]
    public void Read_BadEntry_SaysWhatAndWhere(string text, string expected)
    {
        File.WriteAllText(_path, text);
        var e = Assert.Throws<UserError>(() => ResultsFile.Read(_path, new Sample().Image(5).Dataset));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherCategory_IsLeftOut()
    {
        File.WriteAllText(_path, "[{\"image_id\": 5, \"category_id\": 2, \"score\": 1}]");
        Assert.Empty(ResultsFile.Read(_path, new Sample().Image(5).Dataset));
    }
}
