using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Recording;

/// <summary>Reads one <c>.poses</c> file from its beginning. Damaged or missing blocks are counted and passed over.</summary>
internal sealed class RecordingReader
{
    private readonly byte[] _file;
    private readonly SceneDecoder _decoder;
    private byte[] _raw = [];
    private int _at;
    private bool _open;
    private long _expected, _wasted;

    private RecordingReader(byte[] file, RecordingHeader header, Skeleton skeleton, int start)
    {
        (_file, Header, Skeleton, _at, _expected) = (file, header, skeleton, start, header.FirstBlock);
        _decoder = new SceneDecoder(skeleton.Count);
    }

    public RecordingHeader Header { get; }
    public Skeleton Skeleton { get; }

    /// <summary>Blocks that the file should have and cannot be read: dropped by the recorder, or damaged.</summary>
    public long MissingBlocks { get; private set; }

    /// <summary>True when the file ends inside a block, as after a power cut.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Number of the block that would come next.</summary>
    public long NextBlock => _expected;

    /// <summary>Bytes of what looked like blocks and were none; bounded by the size of the file, or a file of nothing else would keep its reader busy for hours.</summary>
    internal long Wasted => _wasted;
    public string Reason => _decoder.Reason;
    public Instant Time => _decoder.Time;

    /// <exception cref="UserError">The file cannot be read or is none of EdgePose's.</exception>
    public static RecordingReader Open(string path)
    {
        byte[] file;
        try { file = File.ReadAllBytes(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Source, $"{path}: {e.Message}");
        }
        return Parse(file, path);
    }

    /// <param name="file">All bytes.</param>
    /// <param name="name">Names the file in messages.</param>
    public static RecordingReader Parse(byte[] file, string name)
    {
        if (!file.AsSpan().StartsWith(BlockFormat.FileMagic)) { throw new UserError(ExitCode.Source, $"{name}: no recording of key-points", "edgepose replay reads .poses files and video clips"); }
        var length = file.Length >= BlockFormat.FileHead ? BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(8)) : uint.MaxValue;
        if (length > BlockFormat.MostHeader || file.Length < BlockFormat.FileHead + length) { throw new UserError(ExitCode.Source, $"{name}: the file ends inside its header"); }
        var json = file.AsSpan(BlockFormat.FileHead, (int)length);
        if (BlockFormat.Crc(json) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12))) { throw new UserError(ExitCode.Source, $"{name}: the header is damaged"); }
        var header = ReadHeader(json) ?? throw new UserError(ExitCode.Source, $"{name}: the header is not understood");
        if (header.Format != RecordingHeader.CurrentFormat)
        {
            throw new UserError(ExitCode.Source, $"{name}: format {header.Format}, this version reads {RecordingHeader.CurrentFormat}", "use the version that recorded it");
        }
        var skeleton = Skeletons.Get(header.Skeleton, header.Joints);
        if (skeleton.Count != header.Joints) { throw new UserError(ExitCode.Source, $"{name}: {header.Joints} joints, but {skeleton.Name} has {skeleton.Count}"); }
        return new RecordingReader(file, header, skeleton, BlockFormat.FileHead + (int)length);
    }

    /// <summary>The next record; <paramref name="scene"/> is filled for a scene. False at the end.</summary>
    public bool TryRead(Scene scene, out RecordKind kind)
    {
        while (true)
        {
            if (_open && _decoder.TryRead(scene, out kind)) { return true; }
            if (_open && _decoder.IsDamaged) { MissingBlocks++; }
            _open = NextBlockIsOpen();
            if (_open) { continue; }
            kind = default;
            return false;
        }
    }

    private static RecordingHeader? ReadHeader(ReadOnlySpan<byte> json)
    {
        try { return JsonSerializer.Deserialize(json, RecordingJson.Default.RecordingHeader) is { IsPlausible: true } header ? header : null; }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool NextBlockIsOpen()
    {
        while (_at < _file.Length)
        {
            if (TryOpen(_at, out var length))
            {
                _at += length;
                return true;
            }
            IsTorn = true;
            _at = _wasted > 2L * _file.Length ? _file.Length : FindMagic(_at + 1);
        }
        return false;
    }

    private bool TryOpen(int at, out int length)
    {
        length = 0;
        var rest = _file.AsSpan(at);
        if (rest.Length < BlockFormat.BlockHead || BinaryPrimitives.ReadUInt32LittleEndian(rest) != BlockFormat.BlockMagic) { return false; }
        var (stored, raw) = (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
        var number = BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]);
        if (raw > BlockFormat.MostRaw || raw > BlockFormat.RawForNothing + (long)BlockFormat.RawPerStored * stored) { return false; }
        if (stored > BlockFormat.MostStored || stored > rest.Length - BlockFormat.BlockHead) { return false; }
        var bytes = rest.Slice(BlockFormat.BlockHead, (int)stored);
        if (BlockFormat.Crc(bytes, BlockFormat.Crc(rest[4..16])) != BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]))
        {
            _wasted += stored;
            return false;
        }
        if (_raw.Length < raw) { _raw = new byte[raw]; }
        if (!BrotliDecoder.TryDecompress(bytes, _raw, out var written) || written != raw) { return false; }
        // A block that comes twice or late is a copy of another file's; it would repeat what was judged.
        if (number < _expected || number - _expected > BlockFormat.MostMissing) { return false; }
        MissingBlocks += number - _expected;
        _expected = number + 1L;
        _decoder.Begin(_raw.AsMemory(0, (int)raw));
        IsTorn = false;
        length = BlockFormat.BlockHead + (int)stored;
        return true;
    }

    private int FindMagic(int from)
    {
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, BlockFormat.BlockMagic);
        var next = from < _file.Length ? _file.AsSpan(from).IndexOf(magic) : -1;
        return next < 0 ? _file.Length : from + next;
    }
}
