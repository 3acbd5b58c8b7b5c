using EdgePose.Domain;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>What a run reads and writes, and that it keeps its memory.</summary>
public sealed class OrtBindingTests
{
    [Fact(DisableParallelization = true)]
    public void Run_FixedOutputs_ReusesBuffersAndAllocatesNothing()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17"), TinyModel.Heatmap(17, -1, -1, -1), 17);
        var binding = session.Bind(1, 64, 32);
        var output = binding.Outputs[0];
        for (var i = 0; i < 10; i++) { Run(i); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { Run(i); }
        }));
        Assert.Same(output, binding.Outputs[0]);

        void Run(int value)
        {
            binding.Input.AsSpan(0, 64 * 32).Fill(value);
            binding.Run();
            // Channel k is k + 1 times the red mean.
            if (output.Values[0] != value || output.Values[^1] != 17 * value) { throw new InvalidOperationException("stale output"); }
        }
    }

    [Fact]
    public void Run_TwoBindingsOfOneSession_DoNotDisturbEachOther()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17"), TinyModel.Heatmap(17, -1, -1, -1), 17);
        var (small, large) = (session.Bind(1, 64, 32), session.Bind(1, 64, 64));
        small.Input.AsSpan().Fill(2);
        large.Input.AsSpan().Fill(3);
        for (var i = 0; i < 3; i++)
        {
            small.Run();
            large.Run();
            Assert.Equal((2, 3), (small.Outputs[0].Values[0], large.Outputs[0].Values[0]));
        }
    }

    [Fact]
    public void Run_OutputsThatDependOnThePicture_HaveTheSizeOfEachRun()
    {
        using var session = TinyModel.Open(TinyModel.Describe(EndToEndFamily.Kind, 8, 8), TinyModel.EndToEnd(8));
        var binding = session.Bind(1, 8, 8);
        var (dets, labels) = (binding.Outputs[0], binding.Outputs[1]);
        foreach (var count in new[] { 0, 3, 1, 7, 0, 2 })
        {
            binding.Input.AsSpan().Clear();
            for (var i = 0; i < count; i++) { binding.Input[64 + 8 * i + 5] = 1; }
            binding.Run();
            Assert.Equal([1, count, 5], dets.Shape);
            Assert.Equal([1, count], labels.Shape);
            Assert.Equal((5 * count, count, 0, 0), (dets.Values.Length, labels.Integers.Length, labels.Values.Length, dets.Integers.Length));
            for (var i = 0; i < count; i++) { Assert.Equal([5, i, 5, i, 1], dets.Values.Slice(5 * i, 5)); }
        }
    }

    [Fact]
    public void Run_Int32Input_IsReadFromTheIntegerBuffer()
    {
        using var session = TinyModel.Open(
            TinyModel.Describe(MoveNetFamily.Kind, 16, 16, "coco17", layout: TensorLayout.Nhwc, int32: true), TinyModel.MoveNet(16), 17);
        var binding = session.Bind(1, 16, 16);
        Assert.Equal((0, 16 * 16 * 3), (binding.Input.Length, binding.IntInput.Length));
        for (var i = 1; i < 4; i++)
        {
            Array.Fill(binding.IntInput, 50 * i);
            binding.Run();
            Assert.Equal(50 * i, binding.Outputs[0].Values[^1]);
        }
        Assert.Equal([1, 1, 17, 3], binding.Outputs[0].Shape);
    }

    [Fact]
    public void Run_NamedOutputs_ComeInTheDescriptorsOrder()
    {
        using var session = TinyModel.Open(
            TinyModel.Describe(LitePoseFamily.Kind, 64, 64, "crowdpose14", ["fine", "coarse"]), TinyModel.LitePose(14));
        var binding = session.Bind(1, 64, 64);
        Assert.Equal(["fine", "coarse"], binding.Outputs.Select(o => o.Name));
        Assert.Equal([1, 14, 32, 32], binding.Outputs[0].Shape);
    }
}
