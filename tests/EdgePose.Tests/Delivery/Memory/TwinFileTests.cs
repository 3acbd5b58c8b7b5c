using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.Tests.Delivery.Spool;

namespace EdgePose.Tests.Delivery.Memory;

public sealed class TwinFileTests
{
    private const string Folder = "/spool/memory";
    private readonly FaultyDisk _disk = new();

    private TwinFile Open(FaultyDisk? disk = null) => new(disk ?? _disk, Folder, "kept");

    private static byte[] Document(int number, int length = 8) => [.. BitConverter.GetBytes(number), .. new byte[Math.Max(0, length - 4)]];

    private static int Number(byte[]? document) => document is null ? -1 : BitConverter.ToInt32(document);

    [Fact]
    public void Read_OfNothing_IsNothing() => Assert.Equal(((byte[]?)null, 0), Open().Read());

    [Fact]
    public void Write_ManyOfAnyLength_TheLatestIsRead()
    {
        var random = new Random(3);
        var file = Open();
        for (var i = 0; i < 40; i++)
        {
            var document = Document(i, random.Next(4, 20_000));
            file.Write(document);
            Assert.Equal(document, Open().Read().Document);
            if (random.Next(3) == 0)
            {
                file = Open();
                file.Read();
            }
        }
    }

    [Fact]
    public void PowerCut_AtEveryOperationOfAWrite_LeavesTheDocumentBeforeOrTheNewOne()
    {
        for (var at = 0; at < 40; at++)
        {
            for (var seed = 0; seed < 6; seed++)
            {
                var disk = new FaultyDisk();
                var file = Open(disk);
                var (written, operations) = (-1, 0);
                disk.Before = (_, _) => { if (operations++ == at) { throw FaultyDisk.Failure(Errno.InputOutput); } };
                for (var i = 0; i < 5; i++)
                {
                    try { file.Write(Document(i, i % 2 == 0 ? 8 : 9000)); }
                    catch (IOException) { break; }
                    written = i;
                }
                disk.Before = null;
                disk.PowerCut(new Random(seed));
                var (document, _) = Open(disk).Read();
                Assert.InRange(Number(document), written, written + 1);
            }
        }
    }

    [Fact]
    public void Damage_OfEitherFile_CostsOneStepAtMost()
    {
        for (var at = 0; at < 64; at++)
        {
            foreach (var slot in (string[])["a", "b"])
            {
                var disk = new FaultyDisk();
                var file = Open(disk);
                foreach (var i in Enumerable.Range(0, 4)) { file.Write(Document(i, 64)); }
                disk.Rot($"{Folder}/kept-{slot}", at, 4);
                var (document, damaged) = Open(disk).Read();
                Assert.InRange(Number(document), 2, 3);
                Assert.InRange(damaged, 0, 1);
            }
        }
    }

    [Fact]
    public void Damage_OfBoth_IsNothingAndSaid()
    {
        _disk.Plant($"{Folder}/kept-a", [1, 2, 3]);
        _disk.Plant($"{Folder}/kept-b", new byte[5000]);
        Assert.Equal(((byte[]?)null, 2), Open().Read());
        var file = Open();
        file.Read();
        file.Write(Document(7));
        Assert.Equal(7, Number(Open().Read().Document));
    }

    [Fact]
    public void Write_ADiskThatRefusesAndComesBack_GoesOn()
    {
        var file = Open();
        file.Write(Document(1));
        foreach (var operation in Enum.GetValues<DiskOperation>())
        {
            _disk.Before = (o, _) => { if (o == operation) { throw FaultyDisk.Failure(Errno.NoSpace); } };
            try { file.Write(Document(2)); }
            catch (IOException e) { Assert.Equal(Errno.NoSpace, e.HResult); }
            _disk.Before = null;
            file.Write(Document(3));
            Assert.Equal(3, Number(Open().Read().Document));
        }
    }
}
