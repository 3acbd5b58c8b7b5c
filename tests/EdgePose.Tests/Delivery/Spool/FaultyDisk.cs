using System.Runtime.InteropServices;
using EdgePose.Delivery.Spool.Storage;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>What a disk can be asked to do; a fault is chosen by it.</summary>
internal enum DiskOperation { CreateFolder, List, Create, OpenAppend, OpenOverwrite, OpenRead, Read, Write, Sync, Truncate, Rename, Delete, SyncFolder, FreeSpace, Lock }

/// <summary>
/// A disk in memory that tells what is written from what is durable: bytes become durable with the file's sync, names with the folder's.
/// <see cref="PowerCut"/> keeps the durable part and any part of the rest, whole or torn, in order or not. Any operation can be refused.
/// </summary>
internal sealed class FaultyDisk : IFileSystem
{
    private readonly Dictionary<string, Node> _names = [];
    private readonly List<NameChange> _unsyncedNames = [];
    private Dictionary<string, Node> _durableNames = [];
    private int _life;
    private bool _locked;
    private string _owner = "";

    /// <summary>Called before each operation; throws to refuse it.</summary>
    public Action<DiskOperation, string>? Before { get; set; }

    /// <summary>Bytes that all files together may have.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Operations so far, refused ones included.</summary>
    public int Operations { get; private set; }

    public IEnumerable<string> Files => _names.Keys.Order(StringComparer.Ordinal);
    public long Used => _names.Values.Distinct().Sum(n => (long)n.Data.Count);

    public static IOException Failure(int errno) => new($"errno {errno}") { HResult = errno };

    public byte[] Content(string path) => [.. _names[path].Data];

    /// <summary>Puts bytes there, durably, behind everybody's back.</summary>
    public void Plant(string path, byte[] bytes)
    {
        var node = new Node { Data = [.. bytes], Durable = bytes };
        (_names[path], _durableNames[path]) = (node, node);
    }

    /// <summary>Flips bits of a byte where it lies; a negative place counts from the end.</summary>
    public void Rot(string path, int at, byte bits)
    {
        var node = _names[path];
        at = at < 0 ? node.Data.Count + at : at;
        node.Data[at] ^= bits;
        node.Durable = [.. node.Data];
    }

    public void RemoveAll()
    {
        _names.Clear();
        _durableNames.Clear();
        _unsyncedNames.Clear();
    }

    public void Remove(string path)
    {
        _names.Remove(path);
        _durableNames.Remove(path);
    }

    /// <summary>The process ends: what is written stays, handles and lock are gone.</summary>
    public void Kill()
    {
        _life++;
        _locked = false;
    }

    /// <summary>An equal disk on which nothing is unsynced and nobody lives.</summary>
    public FaultyDisk Copy()
    {
        var copy = new FaultyDisk();
        foreach (var (path, node) in _names) { copy.Plant(path, [.. node.Data]); }
        return copy;
    }

    /// <summary>Bytes of the latest write to a file that are not durable.</summary>
    public int LengthOfLastWrite(string path) => _names[path].Unsynced is [.., var last] ? last.Bytes.Length : 0;

    /// <summary>The power goes while the latest write to <paramref name="path"/> is on its way: of it, the first bytes arrive.</summary>
    public void PowerCutInside(string path, int bytes)
    {
        var node = _names[path];
        var last = node.Unsynced[^1];
        node.Unsynced[^1] = last with { Bytes = last.Bytes[..bytes] };
        foreach (var other in _names.Values) { other.Settle(other.Unsynced.Count, int.MaxValue); }
        (_durableNames, _life, _locked) = (new Dictionary<string, Node>(_names), _life + 1, false);
        _unsyncedNames.Clear();
    }

    public void PowerCut(Random random)
    {
        foreach (var node in _names.Values.Concat(_durableNames.Values).Distinct())
        {
            if (random.Next(2) == 0) { node.Settle(random.Next(node.Unsynced.Count + 1), random.Next(4096)); }
            else { node.SettleAnyOrder(random); }
        }
        var names = new Dictionary<string, Node>(_durableNames);
        foreach (var change in _unsyncedNames.Take(random.Next(_unsyncedNames.Count + 1))) { change.Apply(names, torn: random.Next(4) == 0); }
        _names.Clear();
        foreach (var (path, node) in names) { _names[path] = node; }
        _durableNames = names;
        _unsyncedNames.Clear();
        Kill();
    }

    public void CreateFolder(string folder) => Ask(DiskOperation.CreateFolder, folder);

    public IReadOnlyList<FileEntry> List(string folder)
    {
        Ask(DiskOperation.List, folder);
        return [.. _names.Where(n => Path.GetDirectoryName(n.Key) == folder).Select(n => new FileEntry(Path.GetFileName(n.Key), n.Value.Data.Count))];
    }

    public bool Exists(string path) => _names.ContainsKey(path) || _names.Keys.Any(n => n.StartsWith(path + "/", StringComparison.Ordinal));

    public IAppendFile Create(string path)
    {
        Ask(DiskOperation.Create, path);
        var node = new Node();
        Change(new NameChange(path, node, ""));
        return new AppendFile(this, node, path);
    }

    public IAppendFile OpenAppend(string path, long length)
    {
        Ask(DiskOperation.OpenAppend, path);
        if (!_names.TryGetValue(path, out var node)) { throw Failure(Errno.NoEntry); }
        node.Truncate((int)length);
        return new AppendFile(this, node, path);
    }

    public IAppendFile OpenOverwrite(string path)
    {
        Ask(DiskOperation.OpenOverwrite, path);
        return _names.TryGetValue(path, out var node) ? new AppendFile(this, node, path) { At = 0 } : throw Failure(Errno.NoEntry);
    }

    public IReadFile OpenRead(string path)
    {
        Ask(DiskOperation.OpenRead, path);
        return _names.TryGetValue(path, out var node) ? new ReadFile(this, node, path) : throw Failure(Errno.NoEntry);
    }

    public void Rename(string from, string to)
    {
        Ask(DiskOperation.Rename, to);
        if (!_names.TryGetValue(from, out var node)) { throw Failure(Errno.NoEntry); }
        Change(new NameChange(to, node, from));
    }

    public void Delete(string path)
    {
        Ask(DiskOperation.Delete, path);
        if (_names.ContainsKey(path)) { Change(new NameChange(path, null, "")); }
    }

    public void SyncFolder(string folder)
    {
        Ask(DiskOperation.SyncFolder, folder);
        _durableNames = new Dictionary<string, Node>(_names);
        _unsyncedNames.Clear();
    }

    public long FreeSpace(string folder)
    {
        Ask(DiskOperation.FreeSpace, folder);
        return Capacity == long.MaxValue ? 1L << 40 : Math.Max(0, Capacity - Used);
    }

    public IDisposable? TryLock(string path, string owner, out string holder)
    {
        Ask(DiskOperation.Lock, path);
        holder = _owner;
        if (_locked && _names.ContainsKey(path)) { return null; }
        (_locked, _owner, holder) = (true, owner, "");
        Plant(path, System.Text.Encoding.ASCII.GetBytes(owner));
        return new Unlock(this, _life);
    }

    private void Ask(DiskOperation operation, string path)
    {
        Operations++;
        Before?.Invoke(operation, path);
    }

    private void Change(NameChange change)
    {
        change.Apply(_names, torn: false);
        _unsyncedNames.Add(change);
    }

    /// <summary>A name gets a file, from another name or not, or none.</summary>
    private sealed record NameChange(string To, Node? Node, string From)
    {
        public void Apply(Dictionary<string, Node> names, bool torn)
        {
            if (Node is null) { names.Remove(To); }
            else { names[To] = Node; }
            // A rename that was cut can leave both names.
            if (From.Length > 0 && !torn) { names.Remove(From); }
        }
    }

    private sealed record Unsynced(int Offset, byte[] Bytes, bool IsTruncate);

    private sealed class Node
    {
        public List<byte> Data { get; set; } = [];
        public byte[] Durable { get; set; } = [];
        public List<Unsynced> Unsynced { get; } = [];

        public void Write(int at, byte[] bytes)
        {
            Unsynced.Add(new Unsynced(at, bytes, false));
            Apply(Data, Unsynced[^1], int.MaxValue);
        }

        public void Truncate(int length)
        {
            if (length == Data.Count) { return; }
            Unsynced.Add(new Unsynced(length, [], true));
            Apply(Data, Unsynced[^1], int.MaxValue);
        }

        public void Sync()
        {
            Durable = [.. Data];
            Unsynced.Clear();
        }

        /// <summary>The first operations arrive, and some bytes of the one after them.</summary>
        public void Settle(int operations, int bytesOfNext)
        {
            List<byte> data = [.. Durable];
            for (var i = 0; i < Math.Min(operations + 1, Unsynced.Count); i++) { Apply(data, Unsynced[i], i < operations ? int.MaxValue : bytesOfNext); }
            Keep(data);
        }

        /// <summary>Any of the operations arrive, each whole or torn; what lies between them reads as zeros.</summary>
        public void SettleAnyOrder(Random random)
        {
            List<byte> data = [.. Durable];
            foreach (var operation in Unsynced.Where(_ => random.Next(3) > 0)) { Apply(data, operation, random.Next(3) > 0 ? int.MaxValue : random.Next(operation.Bytes.Length + 1)); }
            Keep(data);
        }

        private void Keep(List<byte> data)
        {
            (Data, Durable) = (data, [.. data]);
            Unsynced.Clear();
        }

        private static void Apply(List<byte> data, Unsynced operation, int most)
        {
            if (operation.IsTruncate)
            {
                if (data.Count > operation.Offset) { data.RemoveRange(operation.Offset, data.Count - operation.Offset); }
                return;
            }
            var length = Math.Min(most, operation.Bytes.Length);
            if (data.Count < operation.Offset + length) { data.AddRange(new byte[operation.Offset + length - data.Count]); }
            operation.Bytes.AsSpan(0, length).CopyTo(CollectionsMarshal.AsSpan(data)[operation.Offset..]);
        }
    }

    private sealed class AppendFile(FaultyDisk disk, Node node, string path) : IAppendFile
    {
        private readonly int _life = disk._life;

        public int At { get; set; } = node.Data.Count;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            Live(DiskOperation.Write);
            var room = (int)Math.Clamp(disk.Capacity - disk.Used + node.Data.Count - At, 0, bytes.Length);
            if (room > 0) { node.Write(At, bytes[..room].ToArray()); }
            At += room;
            if (room < bytes.Length) { throw Failure(Errno.NoSpace); }
        }

        public void Sync()
        {
            Live(DiskOperation.Sync);
            node.Sync();
        }

        public void Truncate(long length)
        {
            Live(DiskOperation.Truncate);
            node.Truncate((int)length);
            At = (int)length;
        }

        public void Dispose() { }

        private void Live(DiskOperation operation)
        {
            if (_life != disk._life) { throw Failure(Errno.InputOutput); }
            disk.Ask(operation, path);
        }
    }

    private sealed class ReadFile(FaultyDisk disk, Node node, string path) : IReadFile
    {
        public long Length => node.Data.Count;

        public int Read(long offset, Span<byte> into)
        {
            disk.Ask(DiskOperation.Read, path);
            var length = (int)Math.Clamp(node.Data.Count - offset, 0, into.Length);
            CollectionsMarshal.AsSpan(node.Data).Slice((int)Math.Min(offset, node.Data.Count), length).CopyTo(into);
            return length;
        }

        public void Dispose() { }
    }

    private sealed class Unlock(FaultyDisk disk, int life) : IDisposable
    {
        public void Dispose()
        {
            if (life == disk._life) { disk._locked = false; }
        }
    }
}
