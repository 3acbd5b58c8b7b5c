using EdgePose.Peers;
using EdgePose.TestSupport;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>F34. The disk of the spool is 1 MiB, then full, then has room again; events go on.</summary>
public sealed class F34_DiskFullTests(ITestOutputHelper output)
{
    [Fact]
    public async Task DiskFullThenFreed_LiveEventsGoOnLossesAreCountedAndTheSpoolIsDurableAgainWithoutARestart()
    {
        var folder = Directory.CreateTempSubdirectory("edgepose-small-").FullName;
        try { await Tools.RunAsync("mount", ["-t", "tmpfs", "-o", "size=1m", "edgepose-test", folder]); }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Directory.Delete(folder);
            Assert.Skip("needs the right to mount a tmpfs");
        }
        try
        {
            await using var broker = await MosquittoBroker.StartAsync();
            await using var witness = new Witness(broker, "witness", "edgepose/source/streams/+/events", session: false);
            await Tools.UntilAsync(() => witness.Connections > 0, "the witness did not come");
            await using var site = new EventSite(To(broker), Path.Combine(folder, "spool"), maxBytes: 1 << 20);
            await site.Raise("front", "before").Completed;
            await ArrivesAsync(witness, "before");

            Fill(folder);
            for (var n = 0; n < 50; n++) { await site.Raise("front", $"full {n}").Completed; }
            await ArrivesAsync(witness, "full 49");
            var fault = site.Spool.Stats();

            File.Delete(Path.Combine(folder, "ballast"));
            await site.UntilAsync(() => site.Spool.Stats().Fault.Length == 0, "the spool did not recover");
            Assert.Equal(EdgePose.Delivery.Spool.AppendOutcome.Durable, await site.Raise("front", "after").Completed);
            await ArrivesAsync(witness, "after");
            output.WriteLine($"while full: fault '{fault.Fault}', {fault.Volatile} events in memory only, {fault.LostTotal} lost");
            var arrived = witness.Payloads.Select(EventSite.Read).Select(e => e.Reason).ToHashSet();
            Assert.Equal(50, Enumerable.Range(0, 50).Count(n => arrived.Contains($"full {n}")));
        }
        finally
        {
            await Tools.RunAsync("umount", ["-l", folder]);
            Directory.Delete(folder);
        }
    }

    private static void Fill(string folder)
    {
        using var ballast = File.Create(Path.Combine(folder, "ballast"));
        try
        {
            while (true)
            {
                ballast.Write(new byte[4096]);
                ballast.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // The disk is full, as intended.
            return;
        }
    }

    private static Task ArrivesAsync(Witness witness, string reason) =>
        Tools.UntilAsync(() => witness.Payloads.Any(p => EventSite.Read(p).Reason == reason), $"'{reason}' did not arrive");
}
