using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.TestSupport;
using EdgePose.Tests.Delivery.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery.Memory;

public sealed class AnnouncedTests
{
    private readonly FaultyDisk _disk = new();
    private readonly FakeTimeProvider _time = new();

    private Announced Open() => new(new TwinFile(_disk, "/spool/memory", "announced"), _time, NullLogger<Announced>.Instance);

    [Fact]
    public void Names_AreThereInTheNextLifeUntilTheyAreForgotten()
    {
        var first = Open();
        Assert.True(first.IsNew);
        first.Put("a/b", "note");
        first.Put("a/c", "");
        first.SetNumber("births", 7);
        Assert.False(first.IsSafe("a/b"));
        first.Save();
        Assert.True(first.IsSafe("a/b"));

        var second = Open();
        Assert.False(second.IsNew);
        Assert.Equal(["a/b", "a/c"], second.Names.Order());
        Assert.Equal(("note", "", null, 7L), (second.Note("a/b"), second.Note("a/c"), second.Note("a/d"), second.Number("births")));
        second.Forget("a/b");
        second.Save();

        Assert.Equal(["a/c"], Open().Names);
    }

    [Fact]
    public void Note_ThatChanges_IsSafeOnlyWhenTheDiskHasTheNewOne()
    {
        var memory = Open();
        memory.Put("a", "one");
        memory.Save();
        memory.Put("a", "one");
        Assert.True(memory.IsSafe("a"));
        memory.Put("a", "two");
        Assert.False(memory.IsSafe("a"));
    }

    [Fact]
    public void Disk_ThatRefuses_StopsNothingAndIsTriedAgainLater()
    {
        var memory = Open();
        _disk.Before = (_, _) => throw FaultyDisk.Failure(Errno.ReadOnly);
        memory.Put("a", "");
        memory.Save();
        Assert.True(memory.IsSafe("a")); // nobody is to wait for a disk that is not there
        var asked = _disk.Operations;
        memory.Save();
        Assert.Equal(asked, _disk.Operations);
        _disk.Before = null;
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(memory.IsSafe("a"));
        memory.Save();
        Assert.Equal(["a"], Open().Names);
    }

    [Fact]
    public void Names_BeyondTheBound_AreUsedWithoutBeingRemembered()
    {
        var memory = Open();
        for (var i = 0; i < Announced.Most + 5; i++) { memory.Put($"n{i}", ""); }
        memory.Save();
        Assert.Equal(Announced.Most, memory.Names.Count);
        Assert.True(memory.IsSafe($"n{Announced.Most + 1}"));
        Assert.Equal(Announced.Most, Open().Names.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"names\":null,\"numbers\":{}}")]
    [InlineData("[1]")]
    public void Document_OfSomethingElse_IsAsIfThereWereNone(string document)
    {
        new TwinFile(_disk, "/spool/memory", "announced").Write(System.Text.Encoding.UTF8.GetBytes(document));
        var memory = Open();
        Assert.True(memory.IsNew);
        Assert.Empty(memory.Names);
    }

    [Fact]
    public void WithoutAFile_EverythingIsSafeAndLastsAsLongAsTheObject()
    {
        var memory = new Announced(null, _time, NullLogger<Announced>.Instance);
        memory.Put("a", "x");
        memory.Save();
        Assert.True(memory.IsSafe("a"));
        Assert.Equal("x", memory.Note("a"));
    }
}
