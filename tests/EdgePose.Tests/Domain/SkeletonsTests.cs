using EdgePose.Domain;

namespace EdgePose.Tests.Domain;

public sealed class SkeletonsTests
{
    public static TheoryData<string, int, int> Layouts => new()
    {
        { "coco17", 17, 17 }, { "crowdpose14", 14, 14 }, { "coco_wholebody133", 133, 23 }, { "mpii16", 16, 16 },
        { "halpe26", 26, 26 }, { "aic14", 14, 14 }, { "ap10k17", 17, 17 }, { "hand21", 21, 21 }, { "face106", 106, 106 },
        { "points9", 9, 9 }, { "points300", 300, 300 },
    };

    [Theory, MemberData(nameof(Layouts))]
    public void Get_KnownName_GivesACompleteLayout(string name, int joints, int bodyJoints)
    {
        var skeleton = Skeletons.Get(name);
        Assert.Equal(name, skeleton.Name);
        Assert.Equal(joints, skeleton.Count);
        Assert.Equal(joints, skeleton.Flip.Count);
        Assert.Equal(joints, skeleton.Sigmas.Count);
        Assert.Equal(bodyJoints, skeleton.BodyJoints);
        Assert.Equal(joints, skeleton.Joints.Distinct().Count());
        Assert.All(skeleton.Sigmas, s => Assert.InRange(s, 0.005f, 0.2f));
        Assert.All(skeleton.Links, l => Assert.True(l.A != l.B && l.A >= 0 && l.A < joints && l.B >= 0 && l.B < joints));
    }

    [Theory, MemberData(nameof(Layouts))]
    public void Flip_AppliedTwice_IsTheIdentityAndExchangesLeftAndRight(string name, int joints, int bodyJoints)
    {
        var skeleton = Skeletons.Get(name);
        Assert.InRange(bodyJoints, 1, joints);
        for (var j = 0; j < joints; j++)
        {
            Assert.Equal(j, skeleton.Flip[skeleton.Flip[j]]);
            var other = skeleton.Joints[skeleton.Flip[j]];
            var mirrored = skeleton.Joints[j].StartsWith("left_", StringComparison.Ordinal) ? "right_" + skeleton.Joints[j][5..]
                : skeleton.Joints[j].StartsWith("right_", StringComparison.Ordinal) ? "left_" + skeleton.Joints[j][6..]
                : null;
            if (mirrored is not null) { Assert.Equal(mirrored, other); }
        }
    }

    [Fact]
    public void WholeBody_Ranges_MatchTheLayout()
    {
        var skeleton = Skeletons.CocoWholeBody133;
        Assert.Equal("left_big_toe", skeleton.Joints[17]);
        Assert.Equal("right_heel", skeleton.Joints[22]);
        Assert.Equal("face_0", skeleton.Joints[23]);
        Assert.Equal("face_67", skeleton.Joints[90]);
        Assert.Equal("left_hand_root", skeleton.Joints[91]);
        Assert.Equal("left_pinky4", skeleton.Joints[111]);
        Assert.Equal("right_hand_root", skeleton.Joints[112]);
        Assert.Equal("right_pinky4", skeleton.Joints[132]);
        Assert.Equal(39, skeleton.Flip[23]);
        Assert.Equal(112, skeleton.Flip[91]);
        Assert.Equal(19 + 6 + 2 * 20, skeleton.Links.Count);
        Assert.Contains((91, 96), skeleton.Links);
        Assert.Contains((131, 132), skeleton.Links);
        Assert.Equal(.092f, skeleton.Sigmas[20]);
        Assert.Equal(.034f, skeleton.Sigmas[23 + 47]);
        Assert.Equal(.031f, skeleton.Sigmas[132]);
    }

    [Fact]
    public void Get_UnknownName_NamesTheKnownOnes()
    {
        var e = Assert.Throws<UserError>(() => Skeletons.Get("coco18"));
        Assert.Contains("'coco18'", e.Message, StringComparison.Ordinal);
        Assert.Contains("coco17, crowdpose14, coco_wholebody133, mpii16", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("points")]
    [InlineData("points0")]
    [InlineData("points301")]
    [InlineData("points017")]
    [InlineData("points-3")]
    [InlineData("coco18")]
    public void Get_UnknownName_SaysWhatIsPossible(string name)
    {
        var e = Assert.Throws<UserError>(() => Skeletons.Get(name));
        Assert.False(Skeletons.IsKnown(name));
        Assert.Contains("points21 for 21 joints", e.Hint, StringComparison.Ordinal);
    }

    /// <summary>A network that only says how many joints it has is taken for the most usual layout.</summary>
    [Fact]
    public void All_OfOneNumberOfJoints_BeginsWithTheMostUsual() =>
        Assert.Equal(["coco17", "crowdpose14"], [Skeletons.All.First(s => s.Count == 17).Name, Skeletons.All.First(s => s.Count == 14).Name]);
}
