using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class BottomUpEstimatorTests
{
    private static readonly Skeleton Skeleton = Skeletons.CrowdPose14;

    [Theory]
    [InlineData("Fast", 640, 480)]
    [InlineData("Fast", 480, 640)]
    [InlineData("Accurate", 640, 480)]
    [InlineData("Accurate", 300, 500)]
    [InlineData("Accurate", 90, 64)]
    public void Estimate_KnownPerson_IsFoundInFramePixels(string profile, int width, int height)
    {
        (double X, double Y)[] truth = [.. Enumerable.Range(0, 14).Select(j => (width * (0.2 + 0.04 * j), height * (0.85 - 0.05 * j)))];
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(256), binding =>
        {
            var place = MultiScaleGeometry.For(width, height, 256).Placement;
            var outputs = new SyntheticOutputs(14, binding.Width, binding.Height);
            for (var j = 0; j < 14; j++)
            {
                var (x, y) = place.ToInput(truth[j].X, truth[j].Y);
                if (j != 9) { outputs.Add(j, x, y, 0.8, 1); }
            }
            binding.Give(outputs);
        });
        var poses = Estimate(New(network, profile, refine: false), width, height);
        Assert.Equal(1, poses.Count);
        var pixel = Math.Min(width, height) / 256.0;
        for (var j = 0; j < 14; j++)
        {
            var point = poses[0].Points[j];
            Assert.Equal(j != 9, point.IsFound);
            if (j == 9) { Assert.Equal(Keypoint.Missing, point); continue; }
            Assert.Equal(truth[j].X, point.X, 1.1 * pixel);
            Assert.Equal(truth[j].Y, point.Y, 1.1 * pixel);
        }
        Assert.InRange(poses[0].Score, 0.5f, 0.8f);
        Assert.Equal(poses[0].Points.Where(p => p.IsFound).Min(p => p.X), poses[0].Box.X1);
        Assert.Equal(poses[0].Points.Where(p => p.IsFound).Max(p => p.Y), poses[0].Box.Y2);
    }

    [Theory]
    [InlineData(1920, 1080, 455, 256)]
    [InlineData(1080, 1920, 256, 455)]
    [InlineData(640, 480, 341, 256)]
    [InlineData(100, 100, 256, 256)]
    public void PreferredFrame_Fast_HasTheShortSideOfTheNetwork(int width, int height, int expectedWidth, int expectedHeight)
    {
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(256), b => b.Give(new SyntheticOutputs(14, b.Width, b.Height)));
        var estimator = New(network, "Fast");
        Assert.Equal((expectedWidth, expectedHeight), estimator.PreferredFrame(width, height));
        Assert.Equal((width, height), New(network, "Accurate").PreferredFrame(width, height));
        // Such a frame needs no resampling: the input holds its very pixels.
        using var frame = Picture(expectedWidth, expectedHeight);
        estimator.Estimate(frame, new PoseList(14));
        var binding = Assert.Single(network.Bindings);
        var (left, top) = ((int)((binding.Width / 2) - Math.Floor(expectedWidth / 2.0 + 0.5)), (int)((binding.Height / 2) - Math.Floor(expectedHeight / 2.0 + 0.5)));
        Assert.True(left >= 0 && top >= 0);
        for (var i = 0; i < 200; i++)
        {
            var (x, y) = (i * 7 % expectedWidth, i * 13 % expectedHeight);
            Assert.Equal((frame.Pixels[(y * expectedWidth + x) * 3] - 10f) / 1, binding.Input[(y + top) * binding.Width + x + left]);
        }
    }

    [Fact]
    public void Estimate_Border_IsBlackBeforeNormalisation()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(64), b => b.Give(new SyntheticOutputs(14, b.Width, b.Height)));
        Estimate(New(network, "Accurate"), 90, 64);
        var binding = network.Bindings[0];
        Assert.Equal((128, 64), (binding.Width, binding.Height));
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(-(c + 1) * 10f / (1 << c), binding.Input[c * 128 * 64]);
            Assert.Equal(-(c + 1) * 10f / (1 << c), binding.Input[(c + 1) * 128 * 64 - 1]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Estimate_ShiftedCopyAndWarp_FillTheSameInput(bool rgb)
    {
        var descriptor = ScriptedNetwork.LitePose(64);
        var input = descriptor.Input with { Colour = rgb ? ColourOrder.Rgb : ColourOrder.Bgr };
        using var frame = Picture(90, 64);
        var geometry = MultiScaleGeometry.For(90, 64, 64);
        var painted = new float[3 * geometry.Width * geometry.Height];
        new InputPainter(input).Paint(frame, geometry, painted);
        var warped = new byte[3 * geometry.Width * geometry.Height];
        new Warp().Run(frame.Pixels, 90, 64, warped, geometry.Width, geometry.Height, Affine.From(geometry.Placement), 0);
        var plane = geometry.Width * geometry.Height;
        for (var i = 0; i < plane; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                var value = warped[i * 3 + (rgb ? c : 2 - c)];
                Assert.Equal((value - input.Mean[c]) / input.Std[c], painted[c * plane + i]);
            }
        }
    }

    [Fact]
    public void Estimate_Flip_RunsTwiceOnMirroredInputAndKeepsThePerson()
    {
        var inputs = new List<float[]>();
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(128), binding =>
        {
            inputs.Add([.. binding.Input]);
            var outputs = new SyntheticOutputs(14, binding.Width, binding.Height);
            for (var j = 0; j < 14; j++) { outputs.Add(j, 20 + 5 * j, 100 - 5 * j, 0.8, 1); }
            binding.Give(inputs.Count % 2 == 1 ? outputs : outputs.Mirrored(Skeleton, 0.5f));
        });
        var poses = Estimate(New(network, "Accurate", flip: true), 128, 128);
        Assert.Equal(2, inputs.Count);
        Assert.Equal(1, poses.Count);
        Assert.Equal(20, poses[0].Points[0].X, 1.0);
        for (var y = 0; y < 3 * 128; y++) { Assert.Equal(inputs[0].Skip(y * 128).Take(128).Reverse(), inputs[1].Skip(y * 128).Take(128)); }
    }

    [Fact]
    public void Estimate_OutputsThatAreNotNumbers_GivesNobody()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(64), binding =>
        {
            var outputs = new SyntheticOutputs(14, binding.Width, binding.Height);
            Array.Fill(outputs.Fine, float.NaN);
            binding.Give(outputs);
        });
        Assert.Equal(0, Estimate(New(network, "Fast"), 64, 64).Count);
        Assert.Equal(0, Estimate(New(network, "Accurate", minScore: 0), 64, 64).Count);
    }

    [Fact]
    public void Estimate_OutputsOfAnotherSkeleton_NamesTheShapes()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(64), b => b.Give(new SyntheticOutputs(17, b.Width, b.Height)));
        var e = Assert.Throws<UserError>(() => Estimate(New(network, "Fast"), 64, 64));
        Assert.Contains("[1, 28, 16, 16] and [1, 14, 32, 32], but are b_heat [1, 17, 32, 32]; a_heat_and_tags [1, 34, 16, 16]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimate_DescriptorNamesTheOutputs_TakesThoseOnly()
    {
        Action<ScriptedNetwork.ScriptedBinding> answer = b => b.Give(new SyntheticOutputs(14, b.Width, b.Height));
        var named = new ScriptedNetwork(ScriptedNetwork.LitePose(64, ["a_heat_and_tags", "b_heat"]), answer);
        Assert.Equal(0, Estimate(New(named, "Fast"), 64, 64).Count);
        var wrong = new ScriptedNetwork(ScriptedNetwork.LitePose(64, ["a_heat_and_tags", "other"]), answer);
        Assert.Throws<UserError>(() => Estimate(New(wrong, "Fast"), 64, 64));
    }

    [Fact]
    public void Estimate_VeryElongatedFrame_IsAUserError()
    {
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(64), b => b.Give(new SyntheticOutputs(14, b.Width, b.Height)));
        Assert.Throws<UserError>(() => Estimate(New(network, "Fast"), 1000, 10));
    }

    [Fact]
    public void Constructor_NhwcModel_IsAUserError()
    {
        var descriptor = ScriptedNetwork.LitePose(64);
        var network = new ScriptedNetwork(descriptor with { Input = descriptor.Input with { Layout = TensorLayout.Nhwc } }, _ => { });
        Assert.Throws<UserError>(() => New(network, "Fast"));
    }

    [Theory(DisableParallelization = true)]
    [InlineData("Fast", false)]
    [InlineData("Accurate", true)]
    public void Estimate_SteadyState_AllocatesNothing(string profile, bool flip)
    {
        var outputs = SyntheticOutputs.Crowd(14, 128, 64, 6);
        var network = new ScriptedNetwork(ScriptedNetwork.LitePose(64), _ => { });
        var estimator = New(network, profile, flip: flip);
        var poses = new PoseList(14);
        using var frame = Picture(150, 100);
        network.Bind(1, 64, 128);
        network.Bindings[0].Give(outputs);
        for (var i = 0; i < 3; i++) { estimator.Estimate(frame, poses); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 20; i++) { estimator.Estimate(frame, poses); }
        }));
        Assert.NotEqual(0, poses.Count);
    }

    private static BottomUpEstimator New(INetwork network, string profile, bool? refine = null, bool flip = false, float minScore = 0.05f) => new(
        network, Skeleton, new BottomUpOptions { Profile = Enum.Parse<DecodeProfile>(profile), Refine = refine, Flip = flip, MinScore = minScore });

    private static PoseList Estimate(BottomUpEstimator estimator, int width, int height)
    {
        using var frame = Picture(width, height);
        var poses = new PoseList(14);
        estimator.Estimate(frame, poses);
        return poses;
    }

    private static Frame Picture(int width, int height)
    {
        var frame = new Frame(width, height);
        new Random(11).NextBytes(frame.Pixels);
        return frame;
    }
}
