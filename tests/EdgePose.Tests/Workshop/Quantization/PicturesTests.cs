using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Tests.Workshop.Quantization;

public sealed class PicturesTests
{
    private static Frame Picture(int width, int height, byte seed)
    {
        var frame = new Frame(width, height);
        new Random(seed).NextBytes(frame.Pixels);
        return frame;
    }

    private static SurveyedSample Surveyed(string path, byte seed, int side = 8) => new(new Sample(path), PixelHash.Of(Picture(side, side, seed)), side, side, [], true);

    [Fact]
    public void Hash_SamePixelsInAnotherShape_Differs()
    {
        var (wide, high) = (new Frame(8, 2), new Frame(2, 8));
        Assert.NotEqual(PixelHash.Of(wide), PixelHash.Of(high));
        Assert.Equal(PixelHash.Of(Picture(5, 4, 1)), PixelHash.Of(Picture(5, 4, 1)));
        Assert.Equal(64, PixelHash.Of(wide).Length);
    }

    [Fact]
    public void HashOfSet_OrderOfThePictures_DoesNotMatter()
    {
        Assert.Equal(PixelHash.OfSet(["b", "a"]), PixelHash.OfSet(["a", "b"]));
        Assert.NotEqual(PixelHash.OfSet(["a"]), PixelHash.OfSet(["a", "b"]));
    }

    [Fact]
    public void Require_SamePictureUnderAnotherName_IsAUsageErrorThatNamesBoth()
    {
        var error = Assert.Throws<UserError>(() => Disjoint.Require([Surveyed("/c/one.jpg", 1), Surveyed("/c/two.jpg", 2)], [Surveyed("/e/three.png", 3), Surveyed("/e/copy.png", 2)]));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains("share 1 of 2 pictures: two.jpg = copy.png", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
    }

    [Fact]
    public void Require_ManyShared_NamesTheFirstFive()
    {
        SurveyedSample[] all = [.. Enumerable.Range(0, 8).Select(i => Surveyed($"/x/{i}.jpg", (byte)i))];
        var error = Assert.Throws<UserError>(() => Disjoint.Require(all, all));
        Assert.Contains("share 8 of 8 pictures: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg, ...", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_DifferentPictures_Passes() => Disjoint.Require([Surveyed("/c/a.jpg", 1)], [Surveyed("/e/a.jpg", 2)]);

    [Fact]
    public void UniqueThenDivide_ClipOfAStillCamera_HoldsOutNoFrameThatIsCalibratedOn()
    {
        SurveyedSample[] clip = [.. Enumerable.Range(0, 40).Select(i => Surveyed($"/c/clip@{i}", (byte)(i / 4)))];
        var (calibration, held) = Disjoint.Divide(Disjoint.Unique(clip), 2);
        Assert.Equal((8, 2), (calibration.Count, held.Count));
        Disjoint.Require(calibration, held);
    }

    [Fact]
    public void Divide_HoldsOutAsManyAsAskedSpreadOverAll()
    {
        SurveyedSample[] all = [.. Enumerable.Range(0, 80).Select(i => Surveyed($"/c/{i}", (byte)i))];
        var (calibration, held) = Disjoint.Divide(all, 50);
        Assert.Equal((30, 50), (calibration.Count, held.Count));
        Disjoint.Require(calibration, held);
        // Neither half of the clip is left to one of them.
        Assert.Equal((15, 25), (calibration.Count(all[..40].Contains), held.Count(all[..40].Contains)));
    }

    [Theory]
    [InlineData(100, 4, new[] { 12, 37, 62, 87 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(10, 1, new[] { 5 })]
    public void Spread_MoreThanWanted_TakesThemEvenly(int items, int count, int[] expected) =>
        Assert.Equal(expected, SampleFinder.Spread([.. Enumerable.Range(0, items)], count));

    [Fact]
    public async Task Find_FoldersOfPictures_TakesPicturesOnlyAndGivesALeftOverShareToTheOthers()
    {
        var folder = Directory.CreateTempSubdirectory("edgepose-samples-").FullName;
        try
        {
            var (few, many) = (Directory.CreateDirectory(Path.Combine(folder, "few")).FullName, Directory.CreateDirectory(Path.Combine(folder, "many")).FullName);
            foreach (var name in (string[])["few/a.jpg", "few/notes.txt"]) { await File.WriteAllTextAsync(Path.Combine(folder, name), ""); }
            for (var i = 0; i < 20; i++) { await File.WriteAllTextAsync(Path.Combine(many, $"{i:00}.PNG"), ""); }
            var found = await new SampleFinder(TimeProvider.System).FindAsync([few, many], 10, default);
            Assert.Equal(10, found.Count);
            Assert.Equal(["a.jpg", "01.PNG", "03.PNG"], found.Take(3).Select(s => s.Name));
            File.Delete(Path.Combine(few, "a.jpg"));
            var empty = await Assert.ThrowsAsync<UserError>(() => new SampleFinder(TimeProvider.System).FindAsync([few], 10, default));
            Assert.Contains("holds no pictures", empty.Message, StringComparison.Ordinal);
            var missing = await Assert.ThrowsAsync<UserError>(() => new SampleFinder(TimeProvider.System).FindAsync([Path.Combine(folder, "none")], 10, default));
            Assert.Equal(ExitCode.Source, missing.Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Read_Pictures_ComeInOrderAndFewAreDecodedAhead()
    {
        var decoded = 0;
        var feed = new FrameFeed((sample, _) => { Interlocked.Increment(ref decoded); return Task.FromResult(new Frame(int.Parse(sample.Path, null), 1)); });
        Sample[] samples = [.. Enumerable.Range(1, 50).Select(i => new Sample($"{i}"))];
        var seen = 0;
        foreach (var frame in feed.Read(samples, default))
        {
            Assert.Equal(++seen, frame.Width);
            // Two in the queue, one waiting for room.
            Assert.InRange(Volatile.Read(ref decoded), seen, seen + 3);
        }
        Assert.Equal(50, seen);
        // And again from the start.
        Assert.Equal(50, feed.Read(samples, default).Count());
    }

    [Fact]
    public void Read_PictureThatCannotBeDecoded_ThrowsAfterTheGoodOnes()
    {
        var feed = new FrameFeed((sample, _) => sample.Path == "bad" ? Task.FromException<Frame>(new UserError(ExitCode.Source, "bad: no picture")) : Task.FromResult(new Frame(1, 1)));
        var seen = 0;
        var error = Assert.Throws<UserError>(() => { foreach (var _ in feed.Read([new Sample("a"), new Sample("b"), new Sample("bad"), new Sample("c")], default)) { seen++; } });
        Assert.Equal((2, "bad: no picture"), (seen, error.Message));
    }

    [Fact]
    public void Read_ConsumerThatBreaksOff_EndsTheDecoding()
    {
        var decoded = 0;
        var feed = new FrameFeed((_, _) => { Interlocked.Increment(ref decoded); return Task.FromResult(new Frame(1, 1)); });
        Assert.NotNull(feed.Read([.. Enumerable.Range(0, 1000).Select(i => new Sample($"{i}"))], default).First());
        Assert.InRange(decoded, 1, 4);
    }

    [Fact]
    public void Read_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        var feed = new FrameFeed((_, _) => Task.FromResult(new Frame(1, 1)));
        Assert.ThrowsAny<OperationCanceledException>(() => { foreach (var _ in feed.Read([.. Enumerable.Range(0, 99).Select(i => new Sample($"{i}"))], stop.Token)) { stop.Cancel(); } });
    }

    [Fact]
    public void ReadPpm_GoodAndDamagedPictures_AreToldApart()
    {
        byte[] good = [.. "P6\n2 1\n255\n"u8, 1, 2, 3, 4, 5, 6];
        Assert.Equal([1, 2, 3, 4, 5, 6], PpmReader.Read(new MemoryStream(good), null).Frame!.Pixels);
        Assert.Equal("the picture is cut off", PpmReader.Read(new MemoryStream(good[..^1]), null).Wrong);
        Assert.Contains("is 2x1, its annotation says 3x1", PpmReader.Read(new MemoryStream(good), (3, 1)).Wrong, StringComparison.Ordinal);
        foreach (var bad in (string[])["", "P5\n2 1\n255\n", "P6\n2 1\n65535\n", "P6\n99999 99999\n255\n", "P6\n-2 1\n255\n", new string(' ', 99)])
        {
            Assert.Null(PpmReader.Read(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(bad)), null).Frame);
        }
    }
}
