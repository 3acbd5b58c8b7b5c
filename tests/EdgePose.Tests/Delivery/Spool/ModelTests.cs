using System.Globalization;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;
using FsCheck.Xunit;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>
/// The spool against a model of what it promises, over random lives with one to three readers, of which some come and go: bursts,
/// acknowledgements in any order, lost connections, refusals, kills, power cuts, disks that refuse. A failing life is shrunk. EDGEPOSE_SPOOL_RUNS=N tries N lives with new seeds.
/// </summary>
public sealed class ModelTests
{
    /// <summary>Two bytes are a step: what, and how much.</summary>
    [Lives]
    public void RandomLives_KeepThePromise(byte[] steps)
    {
        var names = Enumerable.Range(1, 1 + steps.FirstOrDefault() % 3).Select(n => $"r{n}").ToList();
        var run = new SpoolRun(options: new SpoolSettings
        {
            Folder = SpoolRun.Folder, MaxBytes = 1 << 20, MemoryRecords = 40, KernelBoot = Guid.Empty, Readers = names,
        }).Open();
        var random = new Random(steps.Length);
        var (unsafeCrash, gaveUp) = (false, false);
        for (var i = 0; i + 1 < steps.Length; i += 2)
        {
            // What was given up and announced comes back, late, when a crash undoes the deletion of its segment.
            gaveUp |= steps[i] % 16 == 13 && run.Spool.Stats().LostTotal > 0;
            // Low bits choose the step and how much of it there is, high ones the reader.
            Step(run, run.Readers[steps[i] / 16 % run.Readers.Count], steps[i] % 16, steps[i + 1], random, ref unsafeCrash);
            Assert.All(run.Readers, r => Assert.InRange(r.Out.Count, 0, 32));
            Assert.InRange(run.Disk.Used, 0, run.Options.MaxBytes + (2 << 20));
        }
        run.Disk.Before = null;
        run.Time.Advance(TimeSpan.FromSeconds(2));
        run.RunOnce();
        foreach (var reader in run.Readers)
        {
            reader.Reader.ReturnAll();
            reader.Out.Clear();
        }
        run.Drain();
        run.AssertBooksBalance(inOrder: !gaveUp);
        Assert.Equal(0, run.Spool.Stats().Depth);
    }

    private static void Step(SpoolRun run, ReaderBooks reader, int what, byte how, Random random, ref bool unsafeCrash)
    {
        switch (what)
        {
            case 0 or 1 or 2: run.Append(how % 3 == 0 ? "a" : how % 3 == 1 ? "b" : "c", 1 + how % 20, size: how * 40); break;
            case 3: for (var n = how % 8; n > 0; n--) { run.Post("a", how); } break;
            case 4: run.Spool.RunOnce(); break;
            case 5 or 6: reader.Take(how % 40); break;
            case 7 or 8: for (var n = how % 33; n > 0 && reader.Out.Count > 0; n--) { reader.Ack(how * n % reader.Out.Count); } break;
            case 9:
                run.RunOnce();
                break;
            case 10 when reader.Out.Count > 0:
                reader.Reader.Return(reader.Out[how % reader.Out.Count].Sequence);
                reader.Out.RemoveAt(how % reader.Out.Count);
                break;
            case 11:
                reader.Reader.ReturnAll();
                reader.Out.Clear();
                break;
            // A broker that refuses the announcement too is not told again.
            case 12 when reader.Out.FindIndex(r => r.Kind == RecordKind.Event) is >= 0 and var at:
                reader.Reader.Reject(reader.Out[at], "refused");
                reader.Out.RemoveAt(at);
                break;
            case 13:
                AssertFewDuplicates(run, unsafeCrash);
                run.Disk.Before = null;
                run.Crash(d => Crash(d, how, random));
                unsafeCrash = run.Volatile.Count > 0;
                if (how % 8 == 7) { ChangeReaders(run); }
                run.Open();
                break;
            case 14: Refuse(run, how); break;
            case 15: run.Time.Advance(TimeSpan.FromMilliseconds(how * 10)); break;
            default: break;
        }
    }

    // Another configuration at the next start: the last reader goes, or one comes that nobody has heard of.
    private static void ChangeReaders(SpoolRun run)
    {
        if (run.Readers.Count > 1) { run.Readers.RemoveAt(run.Readers.Count - 1); }
        else { run.Readers.Add(new ReaderBooks($"new{run.Accepted.Count}") { From = run.LastNumber + 1 }); }
        run.Options = run.Options with { Readers = [.. run.Readers.Select(r => r.Name)] };
    }

    private static void Crash(FaultyDisk disk, byte how, Random random)
    {
        if (how % 2 == 0) { disk.PowerCut(random); }
        else { disk.Kill(); }
    }

    // From now on, for good or for some operations.
    private static void Refuse(SpoolRun run, byte how)
    {
        if (how % 4 == 0)
        {
            run.Disk.Before = null;
            return;
        }
        var (errno, until) = (how % 3 == 0 ? Errno.NoSpace : how % 3 == 1 ? Errno.InputOutput : Errno.ReadOnly, run.Disk.Operations + how);
        run.Disk.Before = (operation, _) =>
        {
            if (run.Disk.Operations < until && operation is not (DiskOperation.Read or DiskOperation.OpenRead or DiskOperation.List)) { throw FaultyDisk.Failure(errno); }
        };
    }

    // While the disk refuses, nobody can note what was acknowledged.
    private static void AssertFewDuplicates(SpoolRun run, bool unsafeCrash)
    {
        if (!unsafeCrash && run.Volatile.Count == 0) { Assert.All(run.Readers, r => Assert.InRange(r.Duplicates, 0, 32)); }
    }
}
