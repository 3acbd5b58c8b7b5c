using System.Diagnostics;
using System.Text;
using EdgePose.ModelTools;
using EdgePose.ModelTools.LitePose;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs;
using EdgePose.Networks.Models;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.TestSupport;
using Google.Protobuf;

namespace EdgePose.Tests.ModelTools;

/// <summary>
/// Every reader of foreign files under seeded damage: it accepts or refuses with its own error, in bounded memory and time. The memory that
/// a thread allocated includes garbage, so it bounds what was held at any moment.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    /// <summary>What one damaged file may allocate beyond a multiple of its length.</summary>
    private const long Base = 16L << 20;
    private const int Multiple = 40;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Onnx_DamagedBytes_AreReadOrRefused()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", ElementType.Float, [1, 3, -1, -1]);
        x = graph.Node("Conv", "conv", [x, graph.Constant("w", TensorData.Floats([4, 3, 3, 3], new float[108]))], NodeAttribute.Ints("pads", 1, 1, 1, 1));
        graph.Output("y", graph.Node("Relu", "relu", [x]), ElementType.Float, null);
        Fuzz(graph.Build("test", "1").ToByteArray(), 1, 3000, "m.onnx", path =>
        {
            var file = EdgePose.ModelTools.Inspection.ModelInspector.Open(path);
            file.RequireFiniteWeights();
            _ = file.Facts();
            _ = file.ShapeProbe();
        });
    }

    [Fact]
    public void Checkpoint_DamagedBytes_AreReadOrRefused()
    {
        var checkpoint = File.ReadAllBytes(Repo.Shared("models/litepose-m-crowdpose.pth"));
        // Damage in 14 MB of weights only changes numbers: the directory, the pickle and the headers are what a reader trusts.
        Fuzz(checkpoint, 2, 60, "m.pth", path => LitePoseImporter.Convert(path), at => at % 2 == 0 ? at % 100_000 : checkpoint.Length - 1 - (at % 100_000));
    }

    [Fact]
    public void Tfjs_DamagedBytes_AreReadOrRefused()
    {
        using var tfjs = new TfjsFile().Input("x", "DT_FLOAT", 1, 8, 8, 3).Counting("k", 3, 3, 3, 4)
            .Node("Conv2D", "y", ["x", "k"], ("strides", TfjsFile.Ints(1, 1, 1, 1)), ("padding", TfjsFile.S("SAME"))).Output("y").Write();
        File.Copy(tfjs.ShardPath, Path.Combine(_folder, "model.bin"));
        Fuzz(File.ReadAllBytes(tfjs.JsonPath), 3, 1500, "model.json", path => TfjsImporter.Convert(path, Path.Combine(_folder, "out.onnx")));
    }

    [Fact]
    public void Descriptor_DamagedBytes_AreReadOrRefused()
    {
        var yaml = File.ReadAllBytes(Path.Combine(Repo.Root, "models", "rtmpose-m.yaml"));
        Fuzz(yaml, 4, 3000, "rtmpose-m.yaml", path =>
        {
            var problems = new ProblemList();
            var model = DescriptorReader.Read(File.ReadAllBytes(path), path, problems);
            if (model is null) { throw new ModelToolsException(problems.ToSorted([])[0].ToString()); }
        });
    }

    private void Fuzz(byte[] original, int seed, int rounds, string name, Action<string> read, Func<int, int>? place = null)
    {
        var (random, path, refused) = (new Random(seed), Path.Combine(_folder, name), 0);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Damage(original, random, place ?? (at => at % original.Length));
            File.WriteAllBytes(path, bytes);
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            try { read(path); }
            catch (ModelToolsException e)
            {
                refused++;
                Assert.False(string.IsNullOrWhiteSpace(e.Message));
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < Base + ((long)Multiple * original.Length), $"round {round}: {allocated:N0} bytes for a file of {bytes.Length:N0}");
            Assert.True(clock.Elapsed < Longest, $"round {round} took {clock.Elapsed}: a hang");
        }
        Assert.True(refused > rounds / 10, $"only {refused} of {rounds} were refused: the damage tests nothing");
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    private static byte[] Damage(byte[] original, Random random, Func<int, int> place)
    {
        var bytes = original.ToArray();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = place(random.Next());
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                // Runs of 0xff make huge lengths and counts.
                case 2: bytes.AsSpan(at, Math.Min(random.Next(1, 10), bytes.Length - at)).Fill(0xff); break;
                default: Encoding.ASCII.GetBytes("999999999")[..Math.Min(9, bytes.Length - at)].CopyTo(bytes, at); break;
            }
        }
        return random.Next(8) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes;
    }
}
