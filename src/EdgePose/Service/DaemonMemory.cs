using EdgePose.Delivery;
using EdgePose.Delivery.Memory;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Storage;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>
/// What one life of the daemon leaves to the next: what brokers keep of it, and which events are open. It lies in the folder of the spool, which
/// one process uses at a time. Without a spool it lasts as long as the process, over its reloads.
/// </summary>
internal sealed class DaemonMemory : IAsyncDisposable
{
    private const string FolderName = "memory";
    private readonly OpenEvents? _open;

    /// <param name="spool">The spool; null = none.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="time">Clock.</param>
    /// <param name="clockIsSynced">Whether the wall clock can be trusted.</param>
    /// <param name="loggers">Loggers.</param>
    public DaemonMemory(DurableSpool? spool, string folder, TimeProvider time, Func<bool> clockIsSynced, ILoggerFactory loggers)
    {
        var files = new PosixFileSystem();
        TwinFile File(string name) => new(files, Path.Combine(folder, FolderName), name);
        Announced = new Announced(spool is null ? null : File("announced"), time, loggers.CreateLogger<Announced>());
        _open = spool is null ? null : new OpenEvents(spool, File("open"), time, clockIsSynced, loggers.CreateLogger<OpenEvents>());
    }

    /// <summary>What brokers keep of this node.</summary>
    public Announced Announced { get; }

    /// <summary>Who reads the spool for it.</summary>
    public IReadOnlyList<string> Readers => _open is null ? [] : [OpenEvents.Reader];

    /// <summary>Ends what an earlier life left open.</summary>
    public Task StartAsync(CancellationToken stop) => _open?.StartAsync(stop) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _open?.DisposeAsync() ?? ValueTask.CompletedTask;
}
