using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Events.Recording;

public sealed class RecordingTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-poses-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static RecordingHeader Header(Skeleton skeleton) => new()
    {
        Stream = "front", Skeleton = skeleton.Name, Joints = skeleton.Count, JointThreshold = 0.3f, LostAfterMs = 2000, Session = "5e551014", Part = 1,
    };

    [Theory]
    [InlineData("coco17", 3, 5)]
    [InlineData("coco_wholebody133", 2, 20)]
    [InlineData("crowdpose14", 12, 1)]
    public void WriteAndRead_RandomScenes_AreTheSameToTheLastBit(string layout, int people, int seed)
    {
        var skeleton = Skeletons.Get(layout);
        var scenes = RandomScenes(skeleton, people, seed, 400).ToList();
        var bytes = Write(skeleton, scenes, perBlock: 37);
        var read = Read(bytes, out var reader);
        Assert.Equal(scenes.Select(Text), read);
        Assert.Equal((0, false), (reader.MissingBlocks, reader.IsTorn));
    }

    [Fact]
    public void Size_OfOnePersonWhoWalksAndOneWhoSits_IsKilobytesAMinute()
    {
        var film = new Film(new Camera(), [
            Actor.Walker(1, 0, 1.2, new(-2.5f, 5), new(2.5f, 6), new(-2.5f, 5), new(2.5f, 6), new(-2.5f, 5), new(2.5f, 6), new(-2, 7), new(2, 4), new(-2, 6), new(2, 6), new(-2, 6), new(2, 6), new(-2, 4), new(2, 6), new(-2, 5), new(2, 5)),
            new Actor { Track = 2, Place = _ => new(1, 7), Pose = _ => Figure.Sit() }]);
        var bytes = Write(Skeletons.Coco17, film.Shoot(5, 60, Lens.Usual).Select(Clone), perBlock: 25);
        output.WriteLine($"{bytes.Length / 1024.0:0.0} KiB a minute for two people at 5 frames a second, noise of a network");
        Assert.InRange(bytes.Length, 1000, 48 * 1024);
    }

    [Fact]
    public void File_CutAtEveryByte_GivesTheBlocksBefore()
    {
        var scenes = RandomScenes(Skeletons.Coco17, 1, 3, 40).ToList();
        var bytes = Write(Skeletons.Coco17, scenes, perBlock: 5);
        var all = scenes.ConvertAll(Text);
        var shortest = 0;
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            if (!IsReadable(cut)) { shortest = length; continue; }
            var read = Read(cut, out var reader);
            Assert.Equal(0, read.Count % 5);
            Assert.Equal(all.Take(read.Count), read);
            Assert.True(read.Count < 40);
            Assert.True(reader.IsTorn || reader.MissingBlocks == 0);
        }
        Assert.InRange(shortest, 100, 500);
    }

    [Fact]
    public void File_WithFlippedBits_GivesWholeBlocksOrNothing()
    {
        var scenes = RandomScenes(Skeletons.Coco17, 2, 4, 60).ToList();
        var bytes = Write(Skeletons.Coco17, scenes, perBlock: 5);
        var known = scenes.Select(Text).ToHashSet();
        var random = new Random(5);
        for (var round = 0; round < 4000; round++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) { damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8)); }
            if (!IsReadable(damaged)) { continue; }
            var read = Read(damaged, out var reader);
            Assert.All(read, text => Assert.Contains(text, known));
            Assert.Equal(read.Count == 60 ? 0 : 12 - read.Count / 5, reader.MissingBlocks + (reader.IsTorn ? TornBlocks(read, reader) : 0));
        }
    }

    // A torn tail is not numbered: how many blocks it held is unknown.
    private static int TornBlocks(List<string> read, RecordingReader reader) => 12 - read.Count / 5 - (int)reader.MissingBlocks;

    /// <summary>A recording with a good header and a body of the test's own.</summary>
    private byte[] WithBody(ReadOnlySpan<byte> body) => [.. Write(Skeletons.Coco17, [], perBlock: 1), .. body];

    private static byte[] Head(uint stored, uint raw, uint number, uint crc)
    {
        var head = new byte[BlockFormat.BlockHead];
        foreach (var (value, i) in ((uint[])[BlockFormat.BlockMagic, stored, raw, number, crc]).Select((v, i) => (v, i)))
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4 * i), value);
        }
        return head;
    }

    [Theory]
    [InlineData(4_000_000)]
    [InlineData(1_000_000)]
    [InlineData(100_000)]
    public void File_OfBlockHeadsAlone_CostsWorkInProportionToItsSize(int stored)
    {
        var bytes = WithBody(Enumerable.Repeat(Head((uint)stored, 32_768, 1, 0), 400_000).SelectMany(h => h).ToArray());
        Assert.Empty(Read(bytes, out var reader));
        Assert.InRange(reader.Wasted, 0, 4L * bytes.Length);
        Assert.True(reader.IsTorn);
    }

    [Theory]
    [InlineData(16 * 1024 * 1024)]
    [InlineData(900_000)]
    public void Block_ThatUnpacksToFarMoreThanAnyIsWritten_IsRefused(int raw)
    {
        var path = Path.Combine(_folder, "bomb.poses");
        using (var writer = new RecordingWriter(path, Header(Skeletons.Coco17))) { writer.Write(new byte[raw], 0); }
        Assert.Empty(Read(File.ReadAllBytes(path), out var reader));
        Assert.True(reader.IsTorn);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(2_000_000u)]
    public void Block_WithANumberFarAway_IsDamageAndNoGapOfMillions(uint number)
    {
        var path = Path.Combine(_folder, "far.poses");
        using (var writer = new RecordingWriter(path, Header(Skeletons.Coco17)))
        {
            var encoder = new SceneEncoder(17);
            foreach (var (scene, i) in RandomScenes(Skeletons.Coco17, 2, 4, 3).Select((s, i) => (s, i)))
            {
                encoder.Begin();
                encoder.Add(scene);
                writer.Write(encoder.Written, i == 1 ? number : (uint)i);
            }
        }
        Assert.Equal(2, Read(File.ReadAllBytes(path), out var reader).Count);
        Assert.Equal((1, 3), (reader.MissingBlocks, reader.NextBlock));
    }

    [Fact]
    public void Scene_OfMorePeopleThanAFrameCanHold_IsNotWrittenAndNotRead()
    {
        var scene = new Scene(Skeletons.Coco17) { Width = 640, Height = 480 };
        for (var i = 0; i < 10_000; i++) { scene.Add().Track = i + 1; }
        var encoder = new SceneEncoder(17);
        encoder.Begin();
        encoder.Add(scene);
        var decoder = new SceneDecoder(17);
        decoder.Begin(encoder.Written.ToArray());
        Assert.True(decoder.TryRead(scene, out _));
        Assert.Equal(BlockFormat.MostPeople, scene.Count);
    }

    [Theory]
    [InlineData("\"stream\":\"front\"", "\"stream\":null")]
    [InlineData("\"stream\":\"front\"", "\"stream\":\"\\u001b[2J\"")]
    [InlineData("\"skeleton\":\"coco17\"", "\"skeleton\":null")]
    [InlineData("\"part\":1", "\"part\":-5")]
    [InlineData("\"lost_after_ms\":", "\"lost_after_ms\":-")]
    public void Header_WithValuesThatNobodyWrites_IsNotUnderstood(string good, string bad)
    {
        var bytes = Write(Skeletons.Coco17, [], perBlock: 1);
        var json = System.Text.Encoding.UTF8.GetString(bytes.AsSpan(BlockFormat.FileHead));
        Assert.Contains(good, json, StringComparison.Ordinal);
        var body = System.Text.Encoding.UTF8.GetBytes(json.Replace(good, bad, StringComparison.Ordinal));
        var head = bytes.AsSpan(0, BlockFormat.FileHead).ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), (uint)body.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), BlockFormat.Crc(body));
        var e = Assert.Throws<UserError>(() => RecordingReader.Parse([.. head, .. body], "x.poses"));
        Assert.Contains("not understood", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoder_ArbitraryBytes_EndsAndNeverThrows()
    {
        var (random, scene, records) = (new Random(6), new Scene(Skeletons.Coco17), 0);
        var decoder = new SceneDecoder(17);
        var encoder = new SceneEncoder(17);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] bytes;
            if (round % 2 == 0)
            {
                bytes = new byte[random.Next(200)];
                random.NextBytes(bytes);
            }
            else
            {
                encoder.Begin();
                foreach (var s in RandomScenes(Skeletons.Coco17, 2, round, 3)) { encoder.Add(s); }
                bytes = encoder.Written.ToArray();
                for (var i = random.Next(1, 5); i > 0; i--) { bytes[random.Next(bytes.Length)] = (byte)random.Next(256); }
            }
            decoder.Begin(bytes);
            while (decoder.TryRead(scene, out _))
            {
                records++;
                for (var i = 0; i < scene.Count; i++)
                {
                    Assert.InRange(scene[i].Box.X1, -0.5f, 1.5f);
                    Assert.All(scene[i].Points, p => Assert.True(!p.IsFound || p is { X: >= -0.5f and <= 1.5f, Score: >= 0 and <= 1 }));
                }
                Assert.InRange(scene.Time.Utc.Year, 1, 9999);
            }
        }
        Assert.True(records > 10_000, "the mutations leave most records readable");
    }

    [Theory]
    [InlineData("", "no recording of key-points")]
    [InlineData("ffconcat version 1.0 and more text", "no recording of key-points")]
    [InlineData("EPPOSES\n", "ends inside its header")]
    public void Open_SomethingElse_SaysWhatIsWrong(string content, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserError>(() => RecordingReader.Parse(System.Text.Encoding.UTF8.GetBytes(content), "x.poses")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Recorder_ManyScenes_RotatesAndStaysWithinItsSize()
    {
        var time = new FakeTimeProvider();
        var options = new RecorderOptions { Folder = Path.Combine(_folder, "front"), MaxBytes = 1 << 20, BlockTime = TimeSpan.FromSeconds(2), QueueBlocks = 4096 };
        await using (var recorder = new KeypointRecorder(options, Header(Skeletons.Coco17), time, NullLogger.Instance))
        {
            var (t, seed) = (0.0, 0);
            for (var minute = 0; minute < 40; minute++)
            {
                foreach (var scene in RandomScenes(Skeletons.Coco17, 4, seed++, 100, t))
                {
                    recorder.Add(scene);
                    t += 0.2;
                }
                time.Advance(TimeSpan.FromSeconds(20));
            }
            Assert.Equal((4000, 0, ""), (recorder.Stats.Records, recorder.Stats.RecordsDropped, recorder.Stats.LastError));
        }
        var files = Directory.GetFiles(options.Folder).Order(StringComparer.Ordinal).ToList();
        output.WriteLine($"{files.Count} files, {files.Sum(f => new FileInfo(f).Length)} bytes");
        Assert.InRange(files.Count, 2, 9);
        Assert.InRange(files.Sum(f => new FileInfo(f).Length), 1 << 18, 1 << 20);
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        var parts = files.Select(f => RecordingReader.Open(f).Header).ToList();
        Assert.All(parts.Zip(parts.Skip(1)), p => Assert.Equal((p.First.Session, p.First.Part + 1), (p.Second.Session, p.Second.Part)));
    }

    [Fact]
    public async Task Recorder_DiskSlowerThanTheStream_WritesOrCountsEveryRecord()
    {
        var options = new RecorderOptions { Folder = Path.Combine(_folder, "front"), MaxBytes = 1L << 30, BlockBytes = 2000, QueueBlocks = 1 };
        var recorder = new KeypointRecorder(options, Header(Skeletons.Coco17), new FakeTimeProvider(), NullLogger.Instance);
        var scenes = RandomScenes(Skeletons.Coco17, 4, 1, 3000).ToList();
        foreach (var burst in scenes.Chunk(500))
        {
            foreach (var scene in burst) { recorder.Add(scene); }
            // The writer gets a block of the next burst after what this one lost: only then can a reader see that blocks are missing.
            await Task.Delay(50);
        }
        await recorder.DisposeAsync();
        var (known, read, missing) = (scenes.Select(Text).ToHashSet(), 0L, 0L);
        foreach (var file in Directory.GetFiles(options.Folder).Order(StringComparer.Ordinal))
        {
            var texts = Read(File.ReadAllBytes(file), out var reader);
            Assert.All(texts, t => Assert.Contains(t, known));
            (read, missing) = (read + texts.Count, missing + reader.MissingBlocks);
        }
        output.WriteLine($"{read} written, {recorder.Stats.RecordsDropped} dropped, {missing} blocks missing");
        Assert.Equal(recorder.Stats.Records, read + recorder.Stats.RecordsDropped);
        Assert.True(recorder.Stats.RecordsDropped > 0 && missing > 0, "a queue of one block cannot keep up with this");
    }

    [Fact]
    public async Task Recorder_FolderThatCannotBeWritten_CountsWhatIsLostAndRecovers()
    {
        // A file in the place of the folder: no user may write there, root included.
        var folder = Path.Combine(_folder, "front");
        File.WriteAllText(folder, "in the way");
        await using var recorder = new KeypointRecorder(new RecorderOptions { Folder = folder, MaxBytes = 1 << 20 }, Header(Skeletons.Coco17), new FakeTimeProvider(), NullLogger.Instance);
        var scenes = RandomScenes(Skeletons.Coco17, 1, 1, 3).Select(Clone).ToList();
        recorder.Add(scenes[0]);
        recorder.AddStopped(scenes[0].Time);
        await Until(() => recorder.Stats.RecordsDropped == 2);
        Assert.NotEqual("", recorder.Stats.LastError);
        File.Delete(folder);
        recorder.Add(scenes[1]);
        recorder.AddLost(scenes[1].Time, "gone");
        await Until(() => recorder.Stats.Bytes > 0);
        Assert.Equal((4, 2, ""), (recorder.Stats.Records, recorder.Stats.RecordsDropped, recorder.Stats.LastError));
        var reader = RecordingReader.Open(Directory.GetFiles(folder).Single());
        Assert.Equal(1u, reader.Header.FirstBlock);
        var scene = new Scene(reader.Skeleton);
        Assert.True(reader.TryRead(scene, out _));
        Assert.Equal(Text(scenes[1]), Text(scene));
        Assert.True(reader.TryRead(scene, out var kind));
        Assert.Equal((RecordKind.Lost, "gone"), (kind, reader.Reason));
    }

    [Fact(DisableParallelization = true)]
    public void Encoder_WithinABlock_AllocatesNothing()
    {
        var scenes = RandomScenes(Skeletons.Coco17, 6, 2, 50).Select(Clone).ToList();
        var encoder = new SceneEncoder(17);
        void Block()
        {
            encoder.Begin();
            foreach (var scene in scenes) { encoder.Add(scene); }
        }
        Block();
        Block();
        Assert.Equal(0, Allocations.OfBestRound(Block));
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++) { await Task.Delay(10); }
        Assert.True(condition());
    }

    private byte[] Write(Skeleton skeleton, IEnumerable<Scene> scenes, int perBlock)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.poses");
        using (var writer = new RecordingWriter(path, Header(skeleton)))
        {
            var (encoder, number) = (new SceneEncoder(skeleton.Count), 0u);
            foreach (var block in scenes.Chunk(perBlock))
            {
                encoder.Begin();
                foreach (var scene in block) { encoder.Add(scene); }
                writer.Write(encoder.Written, number++);
            }
        }
        return File.ReadAllBytes(path);
    }

    private static List<string> Read(byte[] bytes, out RecordingReader reader)
    {
        reader = RecordingReader.Parse(bytes, "x.poses");
        var (scene, texts) = (new Scene(reader.Skeleton), new List<string>());
        while (reader.TryRead(scene, out _)) { texts.Add(Text(scene)); }
        return texts;
    }

    private static bool IsReadable(byte[] bytes)
    {
        try { RecordingReader.Parse(bytes, "x.poses"); }
        catch (UserError)
        {
            return false;
        }
        return true;
    }

    /// <summary>People who come, go, and are partly seen, at odd times, with steps of the wall clock and changes of size.</summary>
    private static IEnumerable<Scene> RandomScenes(Skeleton skeleton, int most, int seed, int count, double from = 0)
    {
        var (random, list, time, step) = (new Random(seed), new TrackedPoseList(skeleton.Count), from, 0L);
        for (var i = 0; i < count; i++)
        {
            time += 0.2 + 0.02 * random.NextDouble();
            if (random.Next(40) == 0) { step += random.Next(-5_000_000, 5_000_000); }
            list.Clear();
            for (var p = random.Next(most + 1); p > 0; p--)
            {
                var person = list.Add();
                (person.Track, person.Score, person.Source, person.AgeMs) = (i / 10 + p, (float)random.NextDouble(), (PoseSource)random.Next(3), 0);
                if (person.Source != PoseSource.Measured) { person.AgeMs = random.Next(3000); }
                person.Box = new Box(random.Next(-50, 600), random.Next(-50, 400), random.Next(0, 700), random.Next(0, 500));
                for (var j = 0; j < skeleton.Count; j++)
                {
                    person.Points[j] = random.Next(5) == 0 ? Keypoint.Missing : new Keypoint(700 * (float)random.NextDouble() - 30, 500 * (float)random.NextDouble(), (float)random.NextDouble());
                }
            }
            var at = Clock.At(time, 60 + 60 * (i / 100 % 2));
            var scene = new Scene(skeleton) { Time = at with { UtcMicroseconds = at.UtcMicroseconds + step }, Epoch = 1 + i / 150, Width = 640 + i / 90, Height = 480 };
            scene.Fill(list);
            yield return scene;
        }
    }

    private static Scene Clone(Scene scene)
    {
        var copy = new Scene(scene.Skeleton) { Time = scene.Time, Epoch = scene.Epoch, Width = scene.Width, Height = scene.Height };
        for (var i = 0; i < scene.Count; i++)
        {
            var (from, to) = (scene[i], copy.Add());
            (to.Track, to.Score, to.Box, to.Source, to.AgeMs) = (from.Track, from.Score, from.Box, from.Source, from.AgeMs);
            from.Points.CopyTo(to.Points, 0);
        }
        return copy;
    }

    private static string Text(Scene s) =>
        $"{s.Time} {s.Epoch} {s.Width}x{s.Height} " + string.Join('|', Enumerable.Range(0, s.Count).Select(i => s[i]).Select(b => $"{b.Track} {b.Score:R} {b.Source} {b.AgeMs} {b.Box} {string.Join(',', b.Points)}"));
}
