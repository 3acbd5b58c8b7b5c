using System.Runtime.InteropServices;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families;
using EdgePose.Networks.Models;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;
using EdgePose.Networks;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks;

/// <summary>The shipped descriptors on their real files, and the exact graphs with random weights against PyTorch's stored outputs.</summary>
public sealed class RealModelTests
{
    private static readonly Placement Identity = new(1, 1, 0, 0);

    private static ModelStore Store() => ModelStore.Load([Repo.Shared("models"), Repo.Shared("models/random")], new InferenceSettings { Providers = ["cpu"] });

    [Fact]
    public void EveryInstalledModel_Opens_AndIsDetectedAsItsDescriptorSays()
    {
        using var store = Store();
        Assert.Empty(store.Catalog.Problems);
        var opened = 0;
        foreach (var model in store.Catalog.Models.Where(m => m.Path.Length > 0))
        {
            var session = store.Open(model);
            var binding = session.Bind(1, model.Input.Height, model.Input.Width);
            Assert.Equal((model.Name, model.Kind), (model.Name, Contract.Recognise(session.InputShape(binding), session.OutputShapes(binding))?.Kind));
            Assert.Equal("cpu", session.Provider);
            opened++;
        }
        // Ten of the reference data; the converted ones are there after set-up.
        Assert.InRange(opened, 10, 12);
    }

    [Theory]
    [InlineData("dwpose-t-random", "dwpose-t-random")]
    [InlineData("ditehrnet18-random", "ditehrnet18-coco-random")]
    [InlineData("hourglass2-random", "hourglass2-mpii-dim32-random")]
    public void Golden_ThroughSessionAndDecoder_IsWithinItsTolerance(string model, string golden)
    {
        using var store = Store();
        using var json = JsonDocument.Parse(File.ReadAllText(Repo.Shared($"models/random/{golden}.golden.json")));
        var tolerance = json.RootElement.GetProperty("tolerance_abs").GetSingle();
        var session = store.Open(store.Catalog.Get(model));
        var input = session.Descriptor.Input;
        var binding = session.Bind(1, input.Height, input.Width);
        var (given, decoded) = (Floats($"{golden}.golden.input.f32"), json.RootElement.GetProperty("decoded"));
        for (var person = 0; person < given.Length / binding.Input.Length; person++)
        {
            given.AsSpan(person * binding.Input.Length, binding.Input.Length).CopyTo(binding.Input);
            binding.Run();
            var stored = new List<float[]>();
            foreach (var output in binding.Outputs)
            {
                var all = Floats($"{golden}.golden.{output.Name}.f32");
                stored.Add(all[(person * output.Length)..((person + 1) * output.Length)]);
                for (var i = 0; i < output.Length; i++) { Assert.Equal(stored[^1][i], output.Values[i], tolerance); }
            }
            var joints = Skeletons.Get(session.Descriptor.Skeleton).Count;
            var expected = decoded.TryGetProperty("people", out var people) ? people[person] : decoded.GetProperty("joints");
            Assert.Equal(joints, expected.GetArrayLength());
            var compared = people.ValueKind == JsonValueKind.Array
                ? CompareSimcc(session.Descriptor, binding, expected, stored, tolerance)
                : CompareHeatmap(session.Descriptor, binding, expected, stored[0], tolerance);
            // Where two cells are nearer to each other than the tolerance, either may win.
            Assert.InRange(compared, joints * 0.7, joints);
        }
    }

    private static int CompareSimcc(ModelDescriptor descriptor, Binding binding, JsonElement expected, List<float[]> stored, float tolerance)
    {
        var points = new Keypoint[expected.GetArrayLength()];
        new SimccDecoder(descriptor).Decode(binding, 0, Identity, points);
        var compared = 0;
        for (var k = 0; k < points.Length; k++)
        {
            Assert.Equal(expected[k][2].GetSingle(), points[k].Score, tolerance);
            if (!IsClear(stored[0], points.Length, k, tolerance) || !IsClear(stored[1], points.Length, k, tolerance)) { continue; }
            Assert.Equal((expected[k][0].GetSingle(), expected[k][1].GetSingle()), (points[k].X, points[k].Y));
            compared++;
        }
        return compared;
    }

    private static int CompareHeatmap(ModelDescriptor descriptor, Binding binding, JsonElement expected, float[] stored, float tolerance)
    {
        var points = new Keypoint[expected.GetArrayLength()];
        new HeatmapDecoder(descriptor).Decode(binding, 0, Identity, points);
        var (compared, last) = (0, stored[^(points.Length * 64 * binding.Outputs[0].Shape[^1])..]);
        for (var k = 0; k < points.Length; k++)
        {
            Assert.Equal(expected[k][2].GetSingle(), points[k].Score, tolerance);
            if (!IsClear(last, points.Length, k, tolerance)) { continue; }
            // The quarter step and the half cell of the variants stay within one cell of four pixels; the cell itself is exact.
            Assert.InRange(points[k].X / 4 - expected[k][0].GetSingle(), -0.26, 0.76);
            Assert.InRange(points[k].Y / 4 - expected[k][1].GetSingle(), -0.26, 0.76);
            compared++;
        }
        return compared;
    }

    /// <summary>True when the largest value of channel <paramref name="k"/> leads by more than two tolerances.</summary>
    private static bool IsClear(float[] values, int channels, int k, float tolerance)
    {
        var size = values.Length / channels;
        var (best, second) = (float.MinValue, float.MinValue);
        foreach (var v in values.AsSpan(k * size, size))
        {
            if (v > best) { (best, second) = (v, best); }
            else if (v > second) { second = v; }
        }
        return best - second > 2 * tolerance;
    }

    private static float[] Floats(string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Repo.Shared($"models/random/{file}"))).ToArray();
}
