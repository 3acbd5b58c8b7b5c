using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace EdgePose.Tests.ModelTools.Tfjs.Reading;

/// <summary>Stored types and quantization of the weights.</summary>
public sealed class TfjsWeightTests
{
    [Fact]
    public void Float16_IsWidenedExactly()
    {
        Half[] halves = [(Half)1, (Half)(-0.5), (Half)65504, (Half)6.1e-5];
        using var file = Times(halves.Length, MemoryMarshal.AsBytes(halves.AsSpan()),
            new JsonObject { ["dtype"] = "float16", ["original_dtype"] = "float32" });
        using var run = file.Run().With("x", [1, 4], 1f, 1, 1, 1);
        run.Expect("y", [1, 4], 1, -0.5f, 65504, (float)halves[3]);
    }

    [Fact]
    public void Uint8_IsScaledAndShifted()
    {
        using var file = Times(3, [0, 100, 255], new JsonObject { ["dtype"] = "uint8", ["scale"] = 0.5, ["min"] = -10 });
        using var run = file.Run().With("x", [1, 3], 1f, 1, 1);
        run.Expect("y", [1, 3], -10, 40, 117.5f);
    }

    [Fact]
    public void Uint16_IsLittleEndian()
    {
        using var file = Times(2, [0x01, 0x02, 0xff, 0xff], new JsonObject { ["dtype"] = "uint16", ["scale"] = 1, ["min"] = 0 });
        using var run = file.Run().With("x", [1, 2], 1f, 1);
        run.Expect("y", [1, 2], 0x0201, 0xffff);
    }

    [Fact]
    public void QuantizedInteger_IsRounded()
    {
        using var file = new TfjsFile().Input("x", "DT_INT32", 1, 2)
            .Weight("w", "int32", [2], [3, 4], new JsonObject { ["dtype"] = "uint8", ["scale"] = 1.5, ["min"] = -1 })
                .Node("Mul", "y", ["x", "w"]).Output("y", "DT_INT32");
        using var run = file.Run().With("x", [1, 2], 1, 1);
        run.ExpectInts("y", [1, 2], 4, 5);
    }

    [Fact]
    public void Bool_IsOneByteAndShiftsWhatFollows()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 3).Weight("c", "bool", [3], [1, 0, 1]).Const("z", [], -1f)
            .Node("SelectV2", "y", ["c", "x", "z"]).Output("y");
        using var run = file.Run().With("x", [1, 3], 5f, 6, 7);
        run.Expect("y", [1, 3], 5, -1, 7);
    }

    [Fact]
    public void TwoShards_FormOneBufferInTheOrderOfThePaths()
    {
        using var file = Times(2, MemoryMarshal.AsBytes<float>([3, 4]), null);
        var json = file.Json();
        json["weightsManifest"]![0]!["paths"] = new JsonArray("part2.bin", "part1.bin");
        file.Write(json.ToJsonString());
        var bytes = File.ReadAllBytes(file.ShardPath);
        File.WriteAllBytes(Path.Combine(file.Folder, "part2.bin"), bytes[..3]);
        File.WriteAllBytes(Path.Combine(file.Folder, "part1.bin"), bytes[3..]);
        var result = file.Convert();
        Assert.Equal(3, result.Sources.Count);
        using var run = new OnnxRun(file.OnnxPath).With("x", [1, 2], 1f, 1);
        run.Expect("y", [1, 2], 3, 4);
    }

    [Fact]
    public void EqualConstants_BecomeOneInitializer()
    {
        using var file = new TfjsFile().Input("x", "DT_FLOAT", 1, 2).Const("a", [2], 1f, 2).Const("b", [2], 1f, 2)
            .Node("Mul", "m", ["x", "a"]).Node("Add", "y", ["m", "b"]).Output("y").Write();
        Assert.Equal(1, file.Convert().Initializers);
    }

    [Fact]
    public void SourceHash_ChangesWithTheShard()
    {
        using var file = Times(1, MemoryMarshal.AsBytes<float>([3]), null).Write();
        var before = file.Convert();
        File.WriteAllBytes(file.ShardPath, [0, 0, 0, 64]);
        var after = file.Convert();
        Assert.NotEqual(before.SourceSha256, after.SourceSha256);
        Assert.True(after.Written);
        Assert.Equal($"{after.Sha256}\n", File.ReadAllText($"{file.OnnxPath}.sha256"));
    }

    private static TfjsFile Times(int count, ReadOnlySpan<byte> data, JsonObject? quantization) => new TfjsFile()
        .Input("x", "DT_FLOAT", 1, count)
        .Weight("w", "float32", [count], data, quantization).Node("Mul", "y", ["x", "w"]).Output("y");
}
