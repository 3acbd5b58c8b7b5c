namespace EdgePose.Events.Recording;

/// <summary>Where and how much a <see cref="KeypointRecorder"/> writes.</summary>
internal sealed record RecorderOptions
{
    /// <summary>Folder of this stream alone; it is created.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes of all recordings in the folder; the oldest files make room.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Bytes after which a new file begins, so that room can be made in small steps.</summary>
    public long FileBytes { get => field > 0 ? field : Math.Clamp(MaxBytes / 8, 64 * 1024, 16 * 1024 * 1024); init; }

    /// <summary>Longest time that a block collects; what a crash may cost.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a block, before compression.</summary>
    public int BlockBytes { get; init; } = 32 * 1024;

    /// <summary>Blocks that may wait for the disk; when full, the next one is dropped and counted.</summary>
    public int QueueBlocks { get; init; } = 8;
}

/// <summary>Figures of a recorder. Every record is written, dropped or still in work.</summary>
internal readonly record struct RecorderStats(long Records, long RecordsDropped, long Bytes, string LastError);
