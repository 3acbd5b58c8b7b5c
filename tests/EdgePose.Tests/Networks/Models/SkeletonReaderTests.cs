using System.Text;
using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Settings.Problems;

namespace EdgePose.Tests.Networks.Models;

public sealed class SkeletonReaderTests
{
    private static (ModelDescriptor? Model, string Problems) Read(string skeleton)
    {
        var problems = new ProblemList();
        var yaml = $"name: mine\nkind: heatmap\nfile: mine.onnx\nsha256: {new string('0', 64)}\nlicence: MIT\nsource: here\n{skeleton}\n";
        var model = DescriptorReader.Read(Encoding.UTF8.GetBytes(yaml), "/m/mine.yaml", problems);
        return (model, string.Join('\n', problems.ToSorted([])));
    }

    [Fact]
    public void Read_LayoutOfTheUsersOwn_IsKnownByItsName()
    {
        var (model, problems) = Read("skeleton: gate-bar\njoints: [hinge, left_tip, right_tip]\nlimbs: ['hinge:left_tip', 'hinge:right_tip']");
        Assert.Equal("", problems);
        var skeleton = Skeletons.Get(model!.Skeleton);
        Assert.Equal(["hinge", "left_tip", "right_tip"], skeleton.Joints);
        Assert.Equal([(0, 1), (0, 2)], skeleton.Links);
        Assert.Equal([0, 2, 1], skeleton.Flip);
        Assert.Equal(3, skeleton.Sigmas.Count);
        // The same again is no conflict.
        Assert.Equal("", Read("skeleton: gate-bar\njoints: [hinge, left_tip, right_tip]\nlimbs: ['hinge:left_tip', 'hinge:right_tip']").Problems);
    }

    [Theory]
    [InlineData("skeleton: crane\njoints: [a, b]\nlimbs: ['a:c']", "there is no joint c")]
    [InlineData("skeleton: crane\njoints: [a, b]\nlimbs: [a]", "two joints such as neck:head")]
    [InlineData("skeleton: coco17\njoints: [a, b]", "coco17 is a known layout")]
    [InlineData("skeleton: points9\njoints: [a, b]", "points9 is a known layout")]
    [InlineData("skeleton: coco17\nlimbs: ['a:b']", "limbs need the names of the joints")]
    [InlineData("skeleton: crane", "expected one of coco17")]
    [InlineData("joints: [a, b]", "skeleton is missing")]
    public void Read_WrongLayout_IsRefused(string skeleton, string problem)
    {
        var (model, problems) = Read(skeleton);
        Assert.Null(model);
        Assert.Contains(problem, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneNameForTwoLayouts_IsRefused()
    {
        Assert.Equal("", Read("skeleton: twice\njoints: [a, b]").Problems);
        Assert.Contains("another descriptor calls a layout twice", Read("skeleton: twice\njoints: [a, c]").Problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_RecordingOfALayoutThatNobodyKnows_HasJointsWithoutNames()
    {
        Assert.Equal(("points7", 7), (Skeletons.Get("lost", 7).Name, Skeletons.Get("lost", 7).Count));
        Assert.Equal("coco17", Skeletons.Get("coco17", 17).Name);
    }
}
