using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>
/// The cursors of a folder. A configured reader goes on where its cursor stands. Without one it begins with the oldest record when its cursor
/// has been lost (a damaged file is there, a cursor of another reader names it, or the folder has no cursor at all): better twice than
/// never. Else it is new and begins with the records that are accepted from now on.
/// </summary>
internal sealed class RecoveredCursors
{
    private readonly SpoolSettings _options;
    private readonly Dictionary<string, IReadOnlyList<Cursor>> _found;
    private readonly HashSet<string> _damaged;

    private RecoveredCursors(SpoolSettings options, Dictionary<string, IReadOnlyList<Cursor>> found, HashSet<string> damaged) =>
        (_options, _found, _damaged) = (options, found, damaged);

    /// <summary>Files of configured readers that hold no cursor.</summary>
    public int Damaged { get; private init; }

    /// <summary>Every intact one.</summary>
    public IReadOnlyList<Cursor> All => [.. _found.Values.SelectMany(c => c)];

    /// <summary>Readers that the folder knows and the configuration does not.</summary>
    public IReadOnlyList<string> Forgotten => [.. _found.Keys.Where(r => !_options.Readers.Contains(r))];

    /// <summary>Number of the latest run that a cursor knows; 0 without one.</summary>
    public uint Boot => All.Select(c => c.Boot).DefaultIfEmpty(0u).Max();

    /// <summary>One more than the highest sequence that a cursor knows.</summary>
    public long Next => All.Select(c => c.Next).DefaultIfEmpty(1).Max();

    public ClockReading? Clock => All.Select(c => (ClockReading?)c.Clock).MaxBy(c => c?.Seconds);

    public static RecoveredCursors Read(IFileSystem files, SpoolSettings options, IReadOnlyList<FileEntry> entries)
    {
        var found = new Dictionary<string, IReadOnlyList<Cursor>>(StringComparer.Ordinal);
        var (damaged, count) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var reader in entries.Select(e => CursorFile.ReaderOf(e.Name)).OfType<string>().Distinct())
        {
            var read = new CursorFile(files, options.Folder, reader).Read();
            found.Add(reader, read.Found);
            if (read.Damaged == 0) { continue; }
            damaged.Add(reader);
            count += options.Readers.Contains(reader) ? read.Damaged : 0;
        }
        return new RecoveredCursors(options, found, damaged) { Damaged = count };
    }

    /// <summary>Those that belong to a spool.</summary>
    public RecoveredCursors Of(Guid spool) =>
        new(_options, _found.ToDictionary(f => f.Key, f => (IReadOnlyList<Cursor>)[.. f.Value.Where(c => c.Spool == spool)]), _damaged) { Damaged = Damaged };

    /// <summary>The configured readers that are not new. Their backlogs join the others.</summary>
    /// <param name="backlogs">Of all readers.</param>
    /// <param name="oldest">First sequence of the folder.</param>
    public IReadOnlyList<RecoveredReader> Readers(Backlogs backlogs, long oldest)
    {
        var readers = new List<RecoveredReader>();
        foreach (var name in _options.Readers)
        {
            var cursor = _found.GetValueOrDefault(name) is [var newest, ..] ? newest : null;
            if (cursor is null && !HasLostCursor(name)) { continue; }
            readers.Add(new RecoveredReader(new Backlog(name, _options), cursor, oldest));
            backlogs.Join(readers[^1].Backlog);
        }
        return readers;
    }

    // An older cursor may name a reader that has been forgotten since.
    private bool HasLostCursor(string reader) =>
        _damaged.Contains(reader) || All.Count == 0 || _found.Values.Any(c => c is [var newest, ..] && newest.Readers.Contains(reader));
}
