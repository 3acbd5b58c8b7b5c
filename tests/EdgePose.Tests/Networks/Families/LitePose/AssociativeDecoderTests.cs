using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class AssociativeDecoderTests
{
    private static readonly Skeleton Skeleton = Skeletons.CrowdPose14;

    public static TheoryData<string, bool, bool> Modes => new()
    {
        { "Fast", false, false }, { "Fast", true, false }, { "Fast", true, true }, { "Accurate", true, false }, { "Accurate", true, true },
    };

    [Theory, MemberData(nameof(Modes))]
    public void Decode_TenPeople_FindsEachJointWithinAPixelOfItsPlace(string profile, bool refine, bool flip)
    {
        var outputs = new SyntheticOutputs(14, 256, 192);
        outputs.AddNoise(new Random(9), 0.02f);
        var random = new Random(10);
        var truth = new (double X, double Y)[10, 14];
        for (var p = 0; p < 10; p++)
        {
            for (var j = 0; j < 14; j++)
            {
                truth[p, j] = (12 + p % 5 * 50 + 30 * random.NextDouble(), 10 + p / 5 * 90 + 70 * random.NextDouble());
                outputs.Add(j, truth[p, j].X, truth[p, j].Y, 0.6 + 0.02 * p, 3 * p);
            }
        }
        var poses = Decode(New(profile, refine, flip), outputs, flip);
        Assert.Equal(10, poses.Count);
        for (var i = 0; i < 10; i++)
        {
            // Best first, and the amplitude rises with p.
            var p = 9 - i;
            for (var j = 0; j < 14; j++)
            {
                var (dx, dy) = (poses[i].Points[j].X - truth[p, j].X, poses[i].Points[j].Y - truth[p, j].Y);
                Assert.True(Math.Sqrt(dx * dx + dy * dy) < 1.5, $"person {p} joint {j}: off by {dx:f2}, {dy:f2}");
            }
        }
    }

    [Fact]
    public void DecodeMirrored_TagsOfBothRuns_AreStackedAndNotAveraged()
    {
        // The runs use different tags: averaging would give both people the same one.
        var outputs = new SyntheticOutputs(14, 128, 64);
        outputs.Add(0, 20, 20, 0.9, 1);
        outputs.Add(0, 90, 20, 0.8, -1);
        outputs.Add(1, 20, 50, 0.7, 1);
        outputs.Add(1, 90, 50, 0.6, -1);
        var mirrored = outputs.Mirrored(Skeleton, 0);
        for (var i = mirrored.Coarse.Length / 2; i < mirrored.Coarse.Length; i++) { mirrored.Coarse[i] = -mirrored.Coarse[i]; }
        var decoder = New("Accurate", refine: false, flip: true, minScore: 0);
        var poses = new PoseList(14);
        decoder.KeepPlainRun(outputs.Stages);
        decoder.DecodeMirrored(mirrored.Stages, poses);
        Assert.Equal(2, poses.Count);
        Assert.All([poses[0], poses[1]], pose => Assert.Equal(2, pose.Points.Count(p => p.IsFound)));
        Assert.True(Math.Abs(poses[0].Points[0].X - poses[0].Points[1].X) < 2);
    }

    [Fact]
    public void DecodeMirrored_MirroredRun_IsTurnedBackWithLeftAndRightExchanged()
    {
        var plain = new SyntheticOutputs(14, 128, 64);
        plain.Add(0, 30, 20, 0.6, 1);
        var decoder = New("Accurate", refine: false, flip: true, minScore: 0);
        var poses = new PoseList(14);
        decoder.KeepPlainRun(plain.Stages);
        decoder.DecodeMirrored(plain.Mirrored(Skeleton, 0).Stages, poses);
        var found = Assert.Single(Enumerable.Range(0, 14), j => poses[0].Points[j].IsFound);
        Assert.Equal(0, found);
        Assert.Equal(1, poses.Count);
        Assert.Equal(30, poses[0].Points[0].X, 1.0);
        Assert.InRange(poses[0].Points[0].Score, 0.5f, 0.6f);
    }

    [Theory, MemberData(nameof(Modes))]
    public void Decode_OutputsThatAreNotNumbers_GiveNobody(string profile, bool refine, bool flip)
    {
        var outputs = new SyntheticOutputs(14, 128, 64);
        var decoder = New(profile, refine, flip, minScore: 0);
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            Array.Fill(outputs.Coarse, value);
            Array.Fill(outputs.Fine, value);
            Assert.Equal(0, Decode(decoder, outputs, flip).Count);
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void Decode_AFewBadValues_LeavesTheOthersAlone(string profile, bool refine, bool flip)
    {
        var outputs = SyntheticOutputs.Crowd(14, 256, 192, 4);
        outputs.Coarse[0] = float.NaN;
        outputs.Fine[3] = float.NaN;
        outputs.Coarse[14 * outputs.Width * outputs.Height] = float.PositiveInfinity;
        var poses = Decode(New(profile, refine, flip), outputs, flip);
        Assert.Equal(4, poses.Count);
        for (var i = 0; i < poses.Count; i++) { Assert.All(poses[i].Points, p => Assert.True(!p.IsFound || float.IsFinite(p.X + p.Y + p.Score))); }
    }

    [Fact]
    public void Decode_Fast_DropsTheImplausibleAndCapsTheNumber()
    {
        var outputs = SyntheticOutputs.Crowd(14, 256, 192, 9);
        outputs.Add(4, 250, 185, 0.4, 50);
        Assert.Equal(9, Decode(New("Fast", false, false), outputs, false).Count);
        Assert.Equal(10, Decode(New("Fast", false, false, minScore: 0), outputs, false).Count);
        var options = new BottomUpOptions { Profile = DecodeProfile.Fast, MaxPeople = 4 };
        Assert.Equal(4, Decode(new AssociativeDecoder(Skeleton, options), outputs, false).Count);
        Assert.Equal(0, Decode(New("Fast", false, false, minScore: 0.95f), outputs, false).Count);
    }

    [Theory(DisableParallelization = true), MemberData(nameof(Modes))]
    public void Decode_SteadyState_AllocatesNothing(string profile, bool refine, bool flip)
    {
        var decoder = New(profile, refine, flip);
        var poses = new PoseList(14);
        SyntheticOutputs[] frames = [.. Enumerable.Range(0, 4).Select(i => SyntheticOutputs.Crowd(14, 128, 128, 3 + 2 * i, i))];
        SyntheticOutputs[] mirrored = [.. frames.Select(f => f.Mirrored(Skeleton, 0.1f))];
        // The largest crowd first: everything has its final size after one round.
        for (var i = frames.Length - 1; i >= 0; i--) { Run(i); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            var runs = profile == "Fast" && !refine ? 1000 : 24;
            for (var i = 0; i < runs; i++) { Run(i % frames.Length); }
        }));

        void Run(int i)
        {
            poses.Clear();
            if (!flip) { decoder.Decode(frames[i].Stages, poses); return; }
            decoder.KeepPlainRun(frames[i].Stages);
            decoder.DecodeMirrored(mirrored[i].Stages, poses);
        }
    }

    private static AssociativeDecoder New(string profile, bool refine, bool flip, float minScore = 0.05f) => new(
        Skeleton, new BottomUpOptions { Profile = Enum.Parse<DecodeProfile>(profile), Refine = refine, Flip = flip, MinScore = minScore });

    private static PoseList Decode(AssociativeDecoder decoder, SyntheticOutputs outputs, bool flip)
    {
        var poses = new PoseList(14);
        if (!flip)
        {
            decoder.Decode(outputs.Stages, poses);
            return poses;
        }
        decoder.KeepPlainRun(outputs.Stages);
        decoder.DecodeMirrored(outputs.Mirrored(Skeleton, 0.1f).Stages, poses);
        return poses;
    }
}
