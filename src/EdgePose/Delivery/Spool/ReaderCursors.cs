using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>What every cursor says beside the position of its reader.</summary>
/// <param name="Spool">Id of the spool.</param>
/// <param name="Boot">Number of the run.</param>
/// <param name="Stored">Highest sequence on disk.</param>
/// <param name="Clock">Now.</param>
internal readonly record struct CursorStamp(Guid Spool, uint Boot, long Stored, ClockReading Clock);

/// <summary>The cursors on disk, one for each reader. Used by the writer's thread only.</summary>
/// <param name="files">The disk.</param>
/// <param name="folder">Of the spool.</param>
/// <param name="backlogs">Of all readers.</param>
internal sealed class ReaderCursors(IFileSystem files, string folder, Backlogs backlogs)
{
    private readonly Dictionary<string, (Backlog Backlog, CursorFile File)> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);

    /// <summary>By what the disk says, every reader has done what lies below.</summary>
    public long Low => backlogs.All.Select(b => FileOf(b)?.Low ?? 0).DefaultIfEmpty(0).Min();

    /// <summary>One more than the highest sequence that a cursor on disk knows.</summary>
    public long SavedNext { get; private set; }

    /// <summary>A reader whose start is known by the folder: by its cursor, or because it begins with the oldest record.</summary>
    public void Known(Backlog backlog, long generation, long low) =>
        _files[backlog.Reader] = (backlog, new CursorFile(files, folder, backlog.Reader) { Generation = generation, Low = low });

    /// <summary>The folder has cursors of a reader that is no longer there.</summary>
    public void Forget(string reader) => _forgotten.Add(reader);

    /// <summary>Notes which readers have gone since. True when some cursors have to be removed.</summary>
    public bool FindForgotten()
    {
        _forgotten.UnionWith(_files.Where(f => !backlogs.All.Contains(f.Value.Backlog)).Select(f => f.Key));
        return _forgotten.Count > 0;
    }

    /// <summary>
    /// Gives readers that have come since their first cursor. Before that no event may count as accepted: the next start would not know that
    /// the reader was to have it.
    /// </summary>
    /// <exception cref="IOException">A reader is left without one.</exception>
    public void WriteNew(CursorStamp stamp)
    {
        foreach (var backlog in backlogs.All.Where(b => FileOf(b) is null))
        {
            // One of that name may have been here before, and its cursor must not be newer.
            var file = new CursorFile(files, folder, backlog.Reader);
            file.Generation = file.Read().Found.Select(c => c.Generation).DefaultIfEmpty(0).Max();
            Write(backlog, file, stamp, out _);
            _files[backlog.Reader] = (backlog, file);
        }
    }

    /// <summary>
    /// Saves the position of a reader; <paramref name="covers"/> is the number of acknowledgements in it, also when it could not be saved.
    /// </summary>
    /// <exception cref="IOException">The former cursor is in force, or nobody knows.</exception>
    public void Write(Backlog backlog, CursorStamp stamp, out int covers)
    {
        covers = 0;
        if (FileOf(backlog) is { } file) { Write(backlog, file, stamp, out covers); }
    }

    /// <exception cref="IOException">Some cursors are left.</exception>
    public void DeleteForgotten()
    {
        foreach (var reader in _forgotten.ToList())
        {
            if (backlogs.All.All(b => b.Reader != reader))
            {
                new CursorFile(files, folder, reader).Delete();
                _files.Remove(reader);
            }
            _forgotten.Remove(reader);
        }
    }

    private CursorFile? FileOf(Backlog backlog) => _files.TryGetValue(backlog.Reader, out var known) && known.Backlog == backlog ? known.File : null;

    private void Write(Backlog backlog, CursorFile file, CursorStamp stamp, out int covers)
    {
        var positions = backlog.Positions();
        covers = positions.Covers;
        var next = Math.Max(positions.Next, stamp.Stored + 1);
        file.Write(new Cursor
        {
            Spool = stamp.Spool, Generation = file.Generation + 1, Boot = stamp.Boot, Low = positions.Low, Next = next, Clock = stamp.Clock,
            Streams = positions.Streams, Readers = [.. backlogs.All.Select(b => b.Reader)],
        });
        SavedNext = next;
    }
}
