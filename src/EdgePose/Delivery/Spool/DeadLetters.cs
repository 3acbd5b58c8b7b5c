using System.Buffers.Binary;
using System.Text;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Delivery.Spool;

/// <summary>A record that a reader refused for good.</summary>
internal sealed record DeadLetter(SpoolRecord Record, string Reason);

/// <summary>
/// Keeps the records that one reader refused, for whoever looks into the matter: the newest ones, in two files of half the limit each, of which
/// the older goes when the newer is full. Used by the writer's thread only; reading is for tools.
/// </summary>
internal sealed class DeadLetters(IFileSystem files, string folder, string reader, Guid spool, int maxBytes) : IDisposable
{
    private const int MostReasonBytes = 512;
    private const string Prefix = "dead-letters", OlderSuffix = ".old";
    private readonly uint _seed = SegmentHeader.Seed(spool);
    private IAppendFile? _file;
    private long _length;

    private string CurrentPath => Path.Combine(folder, $"{Prefix}-{reader}");

    /// <exception cref="IOException">It is not stored.</exception>
    public void Add(SpoolRecord record, string reason)
    {
        var payload = Payload(record, reason);
        var bytes = new byte[RecordFormat.Size(record.Stream, payload.Length)];
        try
        {
            Open(bytes.Length);
            // Refusals come in any order, and a scan wants rising numbers: a letter's number is its place, its own stands in the payload.
            RecordFormat.Write(bytes, record.Header with { Kind = RecordKind.DeadLetter, Sequence = _length }, payload, _seed);
            _file!.Write(bytes);
            _file.Sync();
            _length += bytes.Length;
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The letters of all readers that can be read, oldest first for each. Files without a reader's name are of the time when there was one.</summary>
    /// <exception cref="IOException">A file is there and cannot be read.</exception>
    public static IReadOnlyList<DeadLetter> Read(IFileSystem files, string folder)
    {
        var letters = new List<DeadLetter>();
        foreach (var path in PathsIn(files, folder))
        {
            var bytes = ReadAll(files, path);
            if (!SegmentHeader.TryRead(bytes, out var header)) { continue; }
            var seed = SegmentHeader.Seed(header.Spool);
            foreach (var found in SegmentScan.Of(bytes, seed).Records)
            {
                if (RecordFormat.Read(bytes.AsSpan(found.Offset), seed, out var record, out var payload) == RecordState.Ok && Parse(record, payload) is { } letter)
                {
                    letters.Add(letter);
                }
            }
        }
        return letters;
    }

    private static List<string> PathsIn(IFileSystem files, string folder)
    {
        IReadOnlyList<FileEntry> entries;
        try { entries = files.List(folder); }
        catch (IOException)
        {
            // It is not there, or not for this user.
            return [];
        }
        return [.. entries.Select(f => f.Name).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderBy(n => n.Replace(OlderSuffix, "", StringComparison.Ordinal), StringComparer.Ordinal).ThenByDescending(n => n.Length)
            .Select(n => Path.Combine(folder, n))];
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Open(int more)
    {
        if (_file is null && files.Exists(CurrentPath))
        {
            var bytes = ReadAll(files, CurrentPath);
            // Another spool's letters are not mixed with ours: they become the former file.
            _length = SegmentHeader.TryRead(bytes, out var header) && header.Spool == spool ? SegmentScan.Of(bytes, _seed).End : maxBytes;
            if (_length < maxBytes) { _file = files.OpenAppend(CurrentPath, _length); }
        }
        if (_length + more > maxBytes / 2 && files.Exists(CurrentPath))
        {
            Dispose();
            files.Rename(CurrentPath, CurrentPath + OlderSuffix);
        }
        if (_file is not null) { return; }
        _file = files.Create(CurrentPath);
        var head = new byte[SegmentHeader.Bytes];
        new SegmentHeader(spool, 0, 0).Write(head);
        _file.Write(head);
        files.SyncFolder(folder);
        _length = head.Length;
    }

    // 0 i64 sequence   8 u16 n   10 u8 kind   11 0   12 n bytes reason, then the record's payload.
    private static byte[] Payload(SpoolRecord record, string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        var length = Math.Min(text.Length, MostReasonBytes);
        var payload = new byte[12 + length + record.Payload.Length];
        BinaryPrimitives.WriteInt64LittleEndian(payload, record.Sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(8), (ushort)length);
        payload[10] = (byte)record.Kind;
        text.AsSpan(0, length).CopyTo(payload.AsSpan(12));
        record.Payload.Span.CopyTo(payload.AsSpan(12 + length));
        return payload;
    }

    private static DeadLetter? Parse(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 12 || BinaryPrimitives.ReadUInt16LittleEndian(payload[8..]) is var length && payload.Length < 12 + length) { return null; }
        var reason = Encoding.UTF8.GetString(payload.Slice(12, length));
        var original = header with { Sequence = BinaryPrimitives.ReadInt64LittleEndian(payload), Kind = (RecordKind)payload[10] };
        return new DeadLetter(SpoolRecord.From(original, payload[(12 + length)..].ToArray()), reason);
    }

    private static byte[] ReadAll(IFileSystem files, string path)
    {
        using var file = files.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, 64 << 20)];
        return bytes[..file.Read(0, bytes)];
    }
}
