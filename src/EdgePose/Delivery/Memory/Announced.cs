using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Memory;

/// <summary>
/// What the other side keeps of this node, by name, and numbers that must go on where they ended: remembered over the end of the process,
/// however it ends. A name is noted before anything is kept under it, and forgotten when the other side has forgotten it. Without a file it lasts
/// as long as the process. Thread-safe.
/// </summary>
internal sealed partial class Announced
{
    /// <summary>Names beyond this are used without being remembered; a node of 256 streams with 32 zones and rules each has fewer.</summary>
    public const int Most = 20_000;

    /// <summary>A disk that refuses must not be asked again for each value.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly record struct Entry(string Note, long Change);

    private readonly TwinFile? _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new(), _disk = new();
    private readonly Dictionary<string, Entry> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private long _change, _saved;
    private long? _refusedAt;
    private bool _isFull;
    private volatile object? _owner;

    /// <param name="file">Where it is kept; null = nowhere.</param>
    /// <param name="time">Measures the pause after a disk that refused.</param>
    /// <param name="logger">Damage and refusals.</param>
    public Announced(TwinFile? file, TimeProvider time, ILogger<Announced> logger)
    {
        (_file, _time, _logger) = (file, time, logger);
        var (document, damaged) = file?.Read() ?? (null, 0);
        if (damaged > 0) { LogDamaged(damaged); }
        if (document is null || Read(document) is not { } read) { return; }
        foreach (var (name, note) in read.Names.Take(Most)) { _names[name] = new Entry(note, 0); }
        foreach (var (name, number) in read.Numbers) { _numbers[name] = number; }
        IsNew = false;
    }

    /// <summary>Whether nothing is known of an earlier life: the first start, or the first of a version that remembers.</summary>
    public bool IsNew { get; } = true;

    /// <summary>Whoever said last what is to come: only they may let go of the rest.</summary>
    public object? Owner { get => _owner; set => _owner = value; }

    /// <summary>Every name that is remembered.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate) { return [.. _names.Keys]; }
        }
    }

    /// <summary>What was noted with a name; null when it is not remembered.</summary>
    public string? Note(string name)
    {
        lock (_gate) { return _names.TryGetValue(name, out var entry) ? entry.Note : null; }
    }

    /// <summary>Remembers a name, with a note of whoever uses it; from the next <see cref="Save"/> on for good.</summary>
    public void Put(string name, string note)
    {
        lock (_gate)
        {
            if (_names.TryGetValue(name, out var known) && known.Note == note) { return; }
            if (_names.Count >= Most && !_names.ContainsKey(name))
            {
                if (!_isFull) { LogFull(Most); }
                _isFull = true;
                return;
            }
            _names[name] = new Entry(note, ++_change);
        }
    }

    public void Forget(string name)
    {
        lock (_gate)
        {
            if (_names.Remove(name)) { _change++; }
        }
    }

    /// <summary>Whether the disk knows the name with its present note, or never will.</summary>
    public bool IsSafe(string name)
    {
        if (_file is null) { return true; }
        lock (_gate) { return _names.TryGetValue(name, out var entry) ? entry.Change <= _saved || IsPaused : _isFull; }
    }

    public long? Number(string name)
    {
        lock (_gate) { return _numbers.TryGetValue(name, out var number) ? number : null; }
    }

    public void SetNumber(string name, long number)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(name, out var known) && known == number) { return; }
            _numbers[name] = number;
            _change++;
        }
    }

    /// <summary>As <see cref="Save"/>, on another thread.</summary>
    public Task SaveAsync() => _file is null ? Task.CompletedTask : Task.Run(Save);

    /// <summary>
    /// Returns when everything so far is on the medium. A disk that refuses is no error: the daemon goes on without memory, and the next save
    /// tries again.
    /// </summary>
    public void Save()
    {
        if (_file is null) { return; }
        lock (_disk)
        {
            byte[] document;
            long change;
            lock (_gate)
            {
                if (_change == _saved || IsPaused) { return; }
                (document, change) = (Write(), _change);
            }
            try { _file.Write(document); }
            catch (IOException e)
            {
                if (_refusedAt is null) { LogRefused(e.Message); }
                lock (_gate) { _refusedAt = _time.GetTimestamp(); }
                return;
            }
            lock (_gate) { (_saved, _refusedAt) = (change, null); }
        }
    }

    private bool IsPaused => _refusedAt is { } at && _time.GetElapsedTime(at) < Pause;

    private byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(
        new AnnouncedDocument(_names.ToDictionary(n => n.Key, n => n.Value.Note), _numbers), AnnouncedJson.Default.AnnouncedDocument);

    private AnnouncedDocument? Read(byte[] document)
    {
        try { return JsonSerializer.Deserialize(document, AnnouncedJson.Default.AnnouncedDocument) is { Names: not null, Numbers: not null } read ? read : null; }
        catch (JsonException)
        {
            // Whole, and yet not ours: as if there were none.
            LogDamaged(1);
            return null;
        }
    }

    [LoggerMessage(460, LogLevel.Warning, "the memory of what was announced: {Count} damaged files are left out")]
    private partial void LogDamaged(int count);

    [LoggerMessage(461, LogLevel.Warning, "the memory of what was announced cannot be written, what is announced now may stay at the broker: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(462, LogLevel.Warning, "more than {Most} names are announced; the others are not remembered")]
    private partial void LogFull(int most);
}
