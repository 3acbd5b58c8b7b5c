using System.IO.Compression;
using System.Text;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Pth;
using EdgePose.TestSupport;

namespace EdgePose.Tests.ModelTools.Pth;

public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pth-").FullName;

    private string CheckpointPath => Path.Combine(_folder, "model.pth");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_LitePose_GivesItsTensors()
    {
        var tensors = Checkpoint.Read(Repo.Shared("models/litepose-m-crowdpose.pth"));

        Assert.Equal(679, tensors.Count);
        Assert.Equal([32, 3, 3, 3], tensors["first.0.0.weight"].Dims);
        Assert.Equal(3_533_808, tensors.Where(t => t.Key is var k && !k.EndsWith("num_batches_tracked", StringComparison.Ordinal)
            && !k.Contains("running_", StringComparison.Ordinal)).Sum(t => t.Value.Count));
        Assert.Equal(ElementType.Int64, tensors["first.0.1.num_batches_tracked"].Storage.Type);
        Assert.All(tensors.Values.Where(t => t.Storage.Type == ElementType.Float), t => Assert.All(t.ToFloats(), v =>
            Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void Read_TransposedViewWithOffset_HonoursStrides()
    {
        Write(State("w", Tensor("0", 7, offset: 1, [2, 3], [1, 2])), ("0", Floats(0, 1, 2, 3, 4, 5, 6)));
        Assert.Equal([1f, 3, 5, 2, 4, 6], Checkpoint.Read(CheckpointPath)["w"].ToFloats());
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("best_state_dict")]
    public void Read_TrainingCheckpoint_IsUnwrappedAndItsPrefixDropped(string key)
    {
        var inner = State("module.w", Tensor("0", 2, 0, [2], [1]));
        Write([(byte)'}', .. Text(key), .. inner, (byte)'s'], ("0", Floats(1, 2)));
        Assert.Equal("w", Assert.Single(Checkpoint.Read(CheckpointPath)).Key);
    }

    [Fact]
    public void Read_HalfStorage_IsWidened()
    {
        Write(State("w", Tensor("0", 2, 0, [2], [1], "HalfStorage")), ("0", [0x00, 0x3c, 0x00, 0xc0]));
        Assert.Equal([1f, -2f], Checkpoint.Read(CheckpointPath)["w"].ToFloats());
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "DoubleStorage")]
    public void Read_ForeignGlobal_IsRefusedByName(string module, string name)
    {
        Write([.. Encoding.ASCII.GetBytes($"c{module}\n{name}\n"), .. Text("touch x"), 0x85, (byte)'R'], ("0", Floats(1)));
        Refuses($"'{module}.{name}', which is not allowed");
    }

    [Theory]
    [InlineData(7, 0, 3, 4, "outside its storage")]
    [InlineData(7, 7, 1, 1, "outside its storage")]
    [InlineData(7, 0, 1_000_000_000, 0, "outside its storage")]
    [InlineData(8, 0, 1, 1, "8 elements of Float are announced")]
    public void Read_TensorOutsideItsStorage_IsRefused(int count, int offset, int size, int stride, string problem)
    {
        Write(State("w", Tensor("0", count, offset, [size], [stride])), ("0", Floats(0, 1, 2, 3, 4, 5, 6)));
        Refuses(problem);
    }

    [Fact]
    public void Read_MissingStorage_NamesIt()
    {
        Write(State("w", Tensor("5", 1, 0, [1], [1])), ("0", Floats(1)));
        Refuses("storage '5' is missing");
    }

    [Fact]
    public void Read_OldFormatAndOtherFiles_AreRefused()
    {
        File.WriteAllBytes(CheckpointPath, [0x80, 2, 0x8a, 10]);
        Refuses("not a checkpoint in PyTorch's ZIP form");
        File.WriteAllBytes(CheckpointPath, "PK nothing"u8.ToArray());
        Refuses("damaged or truncated");
    }

    [Fact]
    public void Read_TruncatedZip_IsRefused()
    {
        Write(State("w", Tensor("0", 2, 0, [2], [1])), ("0", Floats(1, 2)));
        var bytes = File.ReadAllBytes(CheckpointPath);
        File.WriteAllBytes(CheckpointPath, bytes[..(bytes.Length / 2)]);
        Refuses("damaged or truncated");
    }

    /// <summary>Random changes to the pickle: it is read or refused, never a crash.</summary>
    [Fact]
    public void Read_MutatedPickle_NeverCrashes()
    {
        var random = new Random(42);
        var original = State("w", Tensor("0", 2, 0, [2], [1]));
        var refused = 0;
        for (var round = 0; round < 1500; round++)
        {
            var pickle = original.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--) { pickle[random.Next(pickle.Length)] = (byte)random.Next(256); }
            Write(pickle[..random.Next(pickle.Length / 2, pickle.Length + 1)], ("0", Floats(1, 2)));
            try
            {
                foreach (var tensor in Checkpoint.Read(CheckpointPath).Values) { Assert.Equal(tensor.Count, tensor.ToFloats().Length); }
            }
            catch (ModelToolsException)
            {
                refused++;
            }
        }
        Assert.True(refused > 500, $"only {refused} were refused: the mutations test nothing");
    }

    private void Refuses(string problem)
    {
        var e = Assert.Throws<ModelToolsException>(() => Checkpoint.Read(CheckpointPath));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    private void Write(byte[] pickle, params (string Key, byte[] Data)[] storages)
    {
        using var stream = File.Create(CheckpointPath);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        Add("data.pkl", [0x80, 2, .. pickle, (byte)'.']);
        foreach (var (key, data) in storages) { Add($"data/{key}", data); }

        void Add(string name, byte[] data)
        {
            using var entry = zip.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
            entry.Write(data);
        }
    }

    private static byte[] State(string name, byte[] tensor) =>
        [.. "ccollections\nOrderedDict\n"u8, (byte)')', (byte)'R', .. Text(name), .. tensor, (byte)'s'];

    private static byte[] Tensor(string key, int count, int offset, int[] size, int[] stride, string storage = "FloatStorage") =>
    [
        .. "ctorch._utils\n_rebuild_tensor_v2\n"u8, (byte)'(',
        (byte)'(', .. Text("storage"), .. Encoding.ASCII.GetBytes($"ctorch\n{storage}\n"),
        .. Text(key), .. Text("cpu"), .. Int(count), (byte)'t', (byte)'Q',
        .. Int(offset), .. Tuple(size), .. Tuple(stride), 0x89, .. "ccollections\nOrderedDict\n)R"u8, (byte)'t', (byte)'R',
    ];

    private static byte[] Tuple(int[] values) => [(byte)'(', .. values.SelectMany(Int), (byte)'t'];

    private static byte[] Int(int value) => [(byte)'J', .. BitConverter.GetBytes(value)];

    private static byte[] Text(string value) =>
        [(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
