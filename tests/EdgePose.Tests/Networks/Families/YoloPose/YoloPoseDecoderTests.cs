using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.YoloPose;
using EdgePose.Networks.Preprocessing;
using EdgePose.Tests.Networks.TopDown;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Families.YoloPose;

/// <summary>Every export of one and the same answer: the person of (30, 40)-(50, 80) whose joint k is at (32 + k, 42 + 2k).</summary>
public sealed class YoloPoseDecoderTests
{
    private const int Cells = 84, Joints = 17;

    private static ModelDescriptor Descriptor { get; } = ScriptedNetwork.Describe(YoloPoseFamily.Kind, 64, 64) with
    {
        Skeleton = "coco17",
        Input = new YoloPoseFamily().Input with { Width = 64, Height = 64 },
    };

    private static PoseList Run(Action<ScriptedNetwork.Buffers> script, BottomUpOptions? options = null)
    {
        var network = new ScriptedNetwork(Descriptor, 1, script);
        var poses = new PoseList(Joints);
        EstimatorFactory.WholeFrame(network, options ?? new BottomUpOptions { Profile = DecodeProfile.Fast }).Estimate(new Frame(128, 128), poses);
        return poses;
    }

    // In input pixels, which are half as many as the frame's.
    private static float[] Row(string form, float divisor, float score = 0.9f) =>
    [
        .. (form == "chosen" ? new float[] { 15, 20, 25, 40 } : [20, 30, 10, 20]).Select(v => v / divisor), score,
        .. form switch { "chosen" => new float[] { 0 }, "anchors" => [1], _ => [] },
        .. Enumerable.Range(0, Joints).SelectMany(k => new[] { (16 + 0.5f * k) / divisor, (21 + k) / divisor, 0.8f }),
    ];

    [Theory]
    [InlineData("cells", true, Cells, 1)]
    [InlineData("cells", false, Cells, 1)]
    [InlineData("cells", true, Cells, 64)]
    [InlineData("chosen", false, 300, 1)]
    [InlineData("chosen", false, 300, 64)]
    [InlineData("anchors", false, 3 * Cells, 1)]
    public void Decode_EachForm_GivesTheSamePerson(string form, bool columnsFirst, int rows, float divisor)
    {
        var row = Row(form, divisor);
        var poses = Run(b =>
        {
            var values = columnsFirst ? b.Floats(0, 1, row.Length, rows) : b.Floats(0, 1, rows, row.Length);
            for (var i = 0; i < row.Length; i++) { values[columnsFirst ? i * rows + 5 : 5 * row.Length + i] = row[i]; }
        });
        Assert.Equal(1, poses.Count);
        Assert.Equal((0.9f, new Box(30, 40, 50, 80)), (poses[0].Score, poses[0].Box));
        for (var k = 0; k < Joints; k++)
        {
            var point = poses[0].Points[k];
            Assert.Equal(32 + k, point.X, 1e-3f);
            Assert.Equal(42 + 2 * k, point.Y, 1e-3f);
            Assert.Equal(0.8f, point.Score);
        }
    }

    [Fact]
    public void Decode_RowsOfOnePerson_AreOnePose_AndTheBestIsFirst()
    {
        float[] weaker = Row("cells", 1, 0.6f), better = Row("cells", 1, 0.8f), far = Row("cells", 1, 0.7f);
        far[0] = 50;
        var poses = Run(b => ((float[])[.. weaker, .. better, .. far]).CopyTo(b.Floats(0, 1, Cells, better.Length)));
        Assert.Equal([0.8f, 0.7f], [poses[0].Score, poses[1].Score]);
        Assert.Equal(2, poses.Count);
    }

    [Fact]
    public void Decode_LimitOfPeople_KeepsTheBest()
    {
        float[] one = Row("cells", 1, 0.6f), two = Row("cells", 1, 0.8f);
        two[0] = 50;
        var poses = Run(b => ((float[])[.. one, .. two]).CopyTo(b.Floats(0, 1, Cells, one.Length)), new BottomUpOptions { Profile = DecodeProfile.Fast, MaxPeople = 1 });
        Assert.Equal((1, 0.8f), (poses.Count, poses[0].Score));
    }

    [Fact]
    public void Decode_ValuesThatAreNotFinite_AreNobodyOrMissingJoints()
    {
        float[] noBox = Row("cells", 1), noJoint = Row("cells", 1);
        (noBox[2], noBox[4], noJoint[5]) = (float.NaN, 0.99f, float.PositiveInfinity);
        var poses = Run(b => ((float[])[.. noBox, .. noJoint]).CopyTo(b.Floats(0, 1, Cells, noBox.Length)));
        Assert.Equal(1, poses.Count);
        Assert.False(poses[0].Points[0].IsFound);
        Assert.True(poses[0].Points[1].IsFound);
    }

    [Fact]
    public void TryDecode_DetectorOfAsManyClasses_IsRefused()
    {
        var network = new ScriptedNetwork(Descriptor, 1, b =>
        {
            var values = b.Floats(0, 1, Cells, 56);
            for (var row = 0; row < Cells; row++) { new float[] { 20, 30, 10, 20, 0.01f, 0.002f }.CopyTo(values[(row * 56)..]); }
        });
        var binding = network.Bind(1, 64, 64);
        binding.Run();
        var e = Assert.Throws<UserError>(() => new YoloPoseFamily().TryDecode(Descriptor, Joints, binding));
        Assert.Contains("rows of box, score and joints", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimator_Flip_IsRefusedByName() =>
        Assert.Contains("mirrored", Assert.Throws<UserError>(() => Run(_ => { }, new BottomUpOptions { Profile = DecodeProfile.Fast, Flip = true })).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_AllocatesNothing()
    {
        var network = new ScriptedNetwork(Descriptor, 1, b => Row("cells", 1).CopyTo(b.Floats(0, 1, Cells, 56)));
        var binding = network.Bind(1, 64, 64);
        binding.Run();
        var (decoder, poses) = (new YoloPoseDecoder(Descriptor, Joints), new PoseList(Joints));
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                poses.Clear();
                decoder.Decode(binding, new Placement(1, 1, 0, 0), 0.3f, 10, poses);
            }
        }));
        Assert.Equal(1, poses.Count);
    }
}
