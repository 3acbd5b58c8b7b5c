using System.Collections.Concurrent;
using System.Text;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Storage;
using EdgePose.Domain;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>The spool with its thread on the disk of this machine.</summary>
public sealed class RealDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-spool-").FullName;

    private SpoolSettings Options => new() { Folder = Path.Combine(_folder, "spool"), MaxBytes = 8 << 20, GroupInterval = TimeSpan.FromMilliseconds(2) };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ManyWritersAndAReader_EverythingComesOnceInOrder()
    {
        const int each = 2000;
        await using var spool = Open(_folder + "/spool");
        var got = new List<SpoolRecord>();
        using var arrived = new SemaphoreSlim(0);
        spool.Reader("mqtt").Available += () => arrived.Release();
        var reader = Task.Run(async () =>
        {
            while (got.Count < 3 * each)
            {
                var records = spool.Reader("mqtt").Take(32);
                foreach (var record in records)
                {
                    got.Add(record);
                    spool.Reader("mqtt").Ack(record.Sequence);
                }
                if (records.Count == 0) { await arrived.WaitAsync(TimeSpan.FromMilliseconds(50)); }
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var ticket = spool.Append("s" + w, DateTimeOffset.UnixEpoch, Encoding.ASCII.GetBytes($"{w}/{i}"));
                if (i % 100 == 99) { Assert.Equal(AppendOutcome.Durable, await ticket.Completed); }
            }
        })));
        await reader.WaitAsync(TimeSpan.FromSeconds(60));
        for (var w = 0; w < 3; w++)
        {
            Assert.Equal(Enumerable.Range(0, each).Select(i => $"{w}/{i}"), got.Where(r => r.Stream == "s" + w).Select(r => Encoding.ASCII.GetString(r.Payload.Span)));
        }
        Assert.Equal(0, spool.Stats().Depth);
    }

    [Fact]
    public async Task FilesCopiedAtRandomMoments_AreSpoolsThatLostNothingAccepted()
    {
        // What a kill leaves is what the files hold at that moment; a copy taken in the middle of the work is such a moment.
        var accepted = new ConcurrentQueue<string>();
        var acknowledged = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        await using var spool = Open(_folder + "/spool");
        var work = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var text = $"{i}".PadRight(300, '.');
                var ticket = spool.Append("s" + i % 3, DateTimeOffset.UnixEpoch, Encoding.ASCII.GetBytes(text));
                if (i % 7 == 0)
                {
                    if (await ticket.Completed == AppendOutcome.Durable) { accepted.Enqueue(text); }
                    foreach (var record in spool.Reader("mqtt").Take(5))
                    {
                        acknowledged.Enqueue(Encoding.ASCII.GetString(record.Payload.Span));
                        spool.Reader("mqtt").Ack(record.Sequence);
                    }
                }
            }
        });
        for (var round = 0; round < 15; round++)
        {
            await Task.Delay(20 + round * 3);
            var (mustHave, copy) = (accepted.ToArray(), $"{_folder}/copy{round}");
            CopyCursorFirst(_folder + "/spool", copy);
            var mayMiss = acknowledged.ToHashSet();
            await using var other = Open(copy);
            var found = new HashSet<string>();
            while (other.Stats().Depth > 0)
            {
                foreach (var record in other.Reader("mqtt").Take(32))
                {
                    Assert.True(found.Add(Encoding.ASCII.GetString(record.Payload.Span)));
                    other.Reader("mqtt").Ack(record.Sequence);
                }
                await Task.Delay(3);
            }
            Assert.All(mustHave.Where(m => !mayMiss.Contains(m)), m => Assert.Contains(m, found));
        }
        await stop.CancelAsync();
        await work;
    }

    [Fact]
    public async Task SecondOpener_IsToldWhoHasTheFolder_AndMayHaveItAfterwards()
    {
        var first = Open(_folder + "/spool");
        var error = Assert.Throws<UserError>(() => Open(_folder + "/spool"));
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await Open(_folder + "/spool").DisposeAsync();
    }

    [Fact]
    public async Task Files_AreForTheOwnerOnly()
    {
        await using (var spool = Open(_folder + "/spool")) { await spool.Append("a", DateTimeOffset.UnixEpoch, new byte[10]).Completed; }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder + "/spool"));
        Assert.All(Directory.GetFiles(_folder + "/spool"), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task FolderRemoved_IsMadeAgain()
    {
        await using var spool = Open(_folder + "/spool");
        await spool.Append("a", DateTimeOffset.UnixEpoch, new byte[10]).Completed;
        // Not in the middle of a cursor, which would leave something in the folder.
        await Task.Delay(200);
        Directory.Delete(_folder + "/spool", recursive: true);
        Assert.Equal(AppendOutcome.Volatile, await spool.Append("a", DateTimeOffset.UnixEpoch, new byte[10]).Completed);
        for (var i = 0; i < 100 && spool.Stats().Fault.Length > 0; i++) { await Task.Delay(100); }
        Assert.Equal(AppendOutcome.Durable, await spool.Append("a", DateTimeOffset.UnixEpoch, new byte[10]).Completed);
    }

    [Fact]
    public void Posix_ErrorsHaveTheirNumbers()
    {
        var files = new PosixFileSystem();
        Assert.Equal(Errno.NoEntry, Assert.ThrowsAny<IOException>(() => files.OpenRead(_folder + "/nothing")).HResult);
        Assert.Equal(Errno.NoEntry, Assert.ThrowsAny<IOException>(() => files.Create(_folder + "/no/thing")).HResult);
        Assert.Equal(Errno.NoEntry, Assert.ThrowsAny<IOException>(() => files.SyncFolder(_folder + "/no")).HResult);
        Assert.Equal(Errno.NoEntry, Assert.ThrowsAny<IOException>(() => files.List(_folder + "/no")).HResult);
        files.Delete(_folder + "/no/thing");
        Assert.InRange(files.FreeSpace(_folder), 1, long.MaxValue);
    }

    [Fact]
    public void Posix_AppendCutAndRead()
    {
        var (files, path) = (new PosixFileSystem(), _folder + "/file");
        using (var file = files.Create(path))
        {
            file.Write("0123456789"u8);
            file.Truncate(4);
            file.Write("ab"u8);
            file.Sync();
        }
        using (var file = files.OpenAppend(path, 5)) { file.Write("X"u8); }
        using var reader = files.OpenRead(path);
        var bytes = new byte[20];
        Assert.Equal(4, reader.Read(2, bytes));
        Assert.Equal("23aX", Encoding.ASCII.GetString(bytes, 0, 4));
        files.Rename(path, path + "2");
        Assert.False(files.Exists(path));
        Assert.Equal([("file2", 6L)], files.List(_folder).Select(f => (f.Name, f.Length)));
        files.SyncFolder(_folder);
    }

    private DurableSpool Open(string folder) =>
        DurableSpool.Open(Options with { Folder = folder }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);

    // A cursor that is newer than the copied segments would be what no kill can leave.
    private static void CopyCursorFirst(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var pattern in new[] { "cursor-mqtt-?", "*.seg" })
        {
            foreach (var file in Directory.GetFiles(from, pattern).Order(StringComparer.Ordinal))
            {
                try { File.Copy(file, Path.Combine(to, Path.GetFileName(file))); }
                catch (FileNotFoundException) { continue; }
            }
        }
    }
}
