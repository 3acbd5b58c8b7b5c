using System.Runtime.InteropServices;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks;
using EdgePose.TestSupport;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks.Families;

/// <summary>The decoders on stored outputs of the exact graphs with random weights; skipped where the reference data is absent.</summary>
public sealed class DecoderGoldenTests
{
    private static readonly Placement Identity = new(1, 1, 0, 0);

    private static (JsonElement Decoded, float[][] Outputs) Load(string name, params string[] outputs)
    {
        var json = JsonDocument.Parse(File.ReadAllText(Repo.Shared($"models/random/{name}.golden.json")));
        return (json.RootElement.GetProperty("decoded"),
            [.. outputs.Select(o => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Repo.Shared($"models/random/{name}.golden.{o}.f32"))).ToArray())]);
    }

    private static Keypoint[] Decode(IPoseDecoder decoder, ModelDescriptor descriptor, int joints, params (float[] Values, long[] Shape)[] outputs)
    {
        var network = new ScriptedNetwork(descriptor, outputs.Length, b =>
        {
            for (var i = 0; i < outputs.Length; i++) { outputs[i].Values.CopyTo(b.Floats(i, outputs[i].Shape)); }
        });
        var binding = network.Bind(1, descriptor.Input.Height, descriptor.Input.Width);
        binding.Run();
        var points = new Keypoint[joints];
        decoder.Decode(binding, 0, Identity, points);
        return points;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Simcc_DwposeOutputs_GiveTheStoredJoints(int person)
    {
        var (decoded, outputs) = Load("dwpose-t-random", "simcc_x", "simcc_y");
        var descriptor = ScriptedNetwork.Describe(SimccFamily.Kind, 192, 256);
        var points = Decode(new SimccDecoder(descriptor), descriptor, 133,
            (outputs[0][(person * 133 * 384)..((person + 1) * 133 * 384)], [1, 133, 384]),
            (outputs[1][(person * 133 * 512)..((person + 1) * 133 * 512)], [1, 133, 512]));
        var expected = decoded.GetProperty("people")[person];
        for (var k = 0; k < 133; k++)
        {
            Assert.Equal((expected[k][0].GetSingle(), expected[k][1].GetSingle()), (points[k].X, points[k].Y));
            Assert.Equal(expected[k][2].GetSingle(), points[k].Score, 2e-6f);
        }
    }

    [Theory]
    [InlineData("ditehrnet18-coco-random", "heatmap", 192, 256, 17, 1)]
    [InlineData("hourglass2-mpii-dim32-random", "hourglass-princeton", 256, 256, 16, 2)]
    internal void Heatmap_StoredOutputs_GiveTheStoredJoints(string name, string kind, int width, int height, int joints, int stacks)
    {
        var (decoded, outputs) = Load(name, "output");
        long[] shape = stacks == 1 ? [1, joints, height / 4, width / 4] : [1, stacks, joints, height / 4, width / 4];
        var descriptor = ScriptedNetwork.Describe(ModelFamilies.Find(kind)!.Kind, width, height, new ModelDecode { Refine = HeatmapRefine.Quarter });
        var points = Decode(new HeatmapDecoder(descriptor), descriptor, joints, (outputs[0], shape));
        var expected = decoded.GetProperty("joints");
        for (var k = 0; k < joints; k++)
        {
            // x, y, score, x and y after the quarter step, in cells.
            if (!(expected[k][2].GetSingle() > 0)) { Assert.Equal(Keypoint.Missing, points[k]); continue; }
            // On row 0 and column 0 the stored step differs from the source that the decoder follows: the whole cell is compared there.
            var border = expected[k][0].GetSingle() == 0 || expected[k][1].GetSingle() == 0;
            if (border) { Assert.Equal((expected[k][0].GetSingle(), expected[k][1].GetSingle()), (points[k].X / 4, points[k].Y / 4)); continue; }
            Assert.Equal((expected[k][3].GetSingle(), expected[k][4].GetSingle()), (points[k].X / 4, points[k].Y / 4));
            Assert.Equal(expected[k][2].GetSingle(), points[k].Score, 2e-6f);
        }
    }
}
