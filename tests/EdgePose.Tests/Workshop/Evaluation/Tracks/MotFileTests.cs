using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Tests.Workshop.Evaluation.Tracks;

public sealed class MotFileTests
{
    [Fact]
    public void Parse_LinesOfBothKinds_AreRead()
    {
        var rows = MotFile.Parse("gt.txt", "1,3,10,20,30.5,40,1,1,0.5\n\n2 3 11 20 30 40\r\n");
        Assert.Equal(new MotRow(1, new TrackBox(3, 10, 20, 30.5, 40), 1, 1), rows[0]);
        Assert.Equal(new MotRow(2, new TrackBox(3, 11, 20, 30, 40), 1, 0), rows[1]);
    }

    [Theory]
    [InlineData("1,1,0,0,5", "line 1: 5 fields")]
    [InlineData("1,1,0,0,5,5\n1,2,0,zero,5,5", "line 2: \"zero\" is not a number")]
    [InlineData("0,1,0,0,5,5", "line 1: frame (from 1)")]
    [InlineData("1,1.5,0,0,5,5", "whole numbers")]
    [InlineData("1,1,0,0,5,5\n1,1,9,9,5,5", "line 2: frame 1 lists id 1 twice")]
    [InlineData("1,1,nan,0,5,5", "\"nan\" is not a number")]
    public void Parse_BadLine_IsNamed(string text, string expected)
    {
        var e = Assert.Throws<UserError>(() => MotFile.Parse("gt.txt", text));
        Assert.Equal(ExitCode.Source, e.Code);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_Mot15_CountsWhatHasAFlag()
    {
        var s = Score(MotRules.Mot15, [Row(1, 1, 0, flag: 1), Row(1, 2, 100, flag: 0)], [Row(1, 8, 0), Row(1, 9, 100)]);
        Assert.Equal((1, 0, 1), (s.TruePositives, s.FalseNegatives, s.FalsePositives));
    }

    [Fact]
    public void Frames_Mot16_LeavesOutTracksOnDistractors()
    {
        // A static person (7) excuses a track; a car (3) does not, and neither has to be found.
        MotRow[] truth = [Row(1, 1, 0, type: 1), Row(1, 2, 100, flag: 0, type: 7), Row(1, 3, 200, flag: 0, type: 3)];
        var s = Score(MotRules.Mot16, truth, [Row(1, 7, 0), Row(1, 8, 100), Row(1, 9, 200)]);
        Assert.Equal((1, 0, 1), (s.TruePositives, s.FalseNegatives, s.FalsePositives));
    }

    [Fact]
    public void Frames_Ignore_LeavesOutTracksOnFlagZero()
    {
        var s = Score(MotRules.Ignore, [Row(1, 1, 0), Row(1, 2, 100, flag: 0)], [Row(1, 8, 0), Row(1, 9, 100)]);
        Assert.Equal((1, 0, 0), (s.TruePositives, s.FalseNegatives, s.FalsePositives));
    }

    [Fact]
    public void Frames_Gaps_AreFramesToo() => Assert.Equal(4, MotFile.Frames([Row(1, 1, 0)], [Row(4, 1, 0)], MotRules.Auto).Count);

    [Theory]
    [InlineData(1, 7, nameof(MotRules.Mot16))]
    [InlineData(-1, -1, nameof(MotRules.Mot15))]
    [InlineData(4.4852, 1, nameof(MotRules.Mot15))]
    public void Detect_ClassColumn_ChoosesTheRules(double first, double second, string expected) =>
        Assert.Equal(expected, MotFile.Detect([Row(1, 1, 0, type: first), Row(1, 2, 9, type: second)]).ToString());

    [Fact]
    public void Keep_ExtraTrackInACrowdRegion_IsLeftOut()
    {
        TrackBox[] tracks = [new(1, 0, 0, 10, 10), new(2, 100, 0, 10, 10), new(3, 106, 0, 10, 10), new(4, 200, 0, 10, 10)];
        Assert.Equal([0, 2, 3], IgnoreRule.Keep([tracks[0]], [false], [new TrackBox(0, 90, 0, 20, 20)], tracks));
    }

    private static ClearScores Score(MotRules rules, MotRow[] truth, MotRow[] results) => TrackingScores.Of(MotFile.Frames(truth, results, rules)).Clear;

    private static MotRow Row(int frame, long id, double x, double flag = 1, double type = 1) => new(frame, new TrackBox(id, x, 0, 50, 100), flag, type);
}
