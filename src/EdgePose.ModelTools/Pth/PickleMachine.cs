using System.Buffers.Binary;
using System.Text;

namespace EdgePose.ModelTools.Pth;

/// <summary>A name that a pickle refers to, <c>module.name</c>. It is never looked up, only compared with an allow-list.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>What the machine asks its owner: the meaning of globals, calls and persistent ids.</summary>
internal interface IPickleWorld
{
    /// <exception cref="ModelToolsException">The global is not allowed.</exception>
    void Allow(PickleGlobal global);

    object? Call(PickleGlobal global, object?[] arguments);

    object? Load(object? persistentId);
}

/// <summary>
/// The subset of Python's pickle protocol 2 that state dicts use, as a stack machine over plain data: null, bool, long, double, string,
/// <c>object?[]</c> (tuple), <c>List</c> and <c>Dictionary</c>. No code is ever run; any other opcode is an error. Memory stays
/// proportional to the pickle, because no opcode copies more than it reads.
/// </summary>
internal sealed class PickleMachine(ReadOnlyMemory<byte> pickle, IPickleWorld world, string file)
{
    private static readonly object s_mark = new();
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;

    public object? Run()
    {
        while (true)
        {
            var at = _at;
            var opcode = Byte();
            if (opcode == (byte)'.') { return Pop(); }
            if (!Constant(opcode) && !Container(opcode) && !Reference(opcode))
            {
                throw Broken($"opcode 0x{opcode:x2} at {at} is not one of a state dict");
            }
        }
    }

    private bool Constant(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                if (Byte() is var protocol && protocol is < 2 or > 5) { throw Broken($"pickle protocol {protocol} is not supported"); }
                return true;
            case (byte)'N': Push(null); return true;
            case 0x88: Push(true); return true;
            case 0x89: Push(false); return true;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); return true;
            case (byte)'K': Push((long)Byte()); return true;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); return true;
            case 0x8a: Push(Long(Bytes(Byte()))); return true; // LONG1
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); return true;
            case (byte)'X':
                var length = BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));
                Push(Encoding.UTF8.GetString(Bytes(length <= int.MaxValue ? (int)length : throw Broken("a string is too long"))));
                return true;
            default: return false;
        }
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(': Push(s_mark); return true;
            case (byte)')': Push(Array.Empty<object?>()); return true;
            case (byte)']': Push(new List<object?>()); return true;
            case (byte)'}': Push(new Dictionary<object, object?>()); return true;
            case (byte)'t': Push(PopToMark()); return true;
            case 0x85 or 0x86 or 0x87: Push(PopMany(opcode - 0x84)); return true; // TUPLE1 … TUPLE3
            case (byte)'a': Append([Pop()]); return true;
            case (byte)'e': Append(PopToMark()); return true;
            case (byte)'s': SetItems(PopMany(2)); return true;
            case (byte)'u': SetItems(PopToMark()); return true;
            default: return false;
        }
    }

    private bool Reference(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q': _memo[Byte()] = Top(); return true;
            case (byte)'r': _memo[MemoIndex()] = Top(); return true;
            case (byte)'h': Push(Recall(Byte())); return true;
            case (byte)'j': Push(Recall(MemoIndex())); return true;
            case (byte)'c':
                var global = new PickleGlobal(Line(), Line());
                world.Allow(global);
                Push(global);
                return true;
            case (byte)'R':
                var arguments = Pop() as object?[] ?? throw Broken("a call has no argument tuple");
                Push(world.Call(Pop() as PickleGlobal ?? throw Broken("something that is not a global is called"), arguments));
                return true;
            // The state of an OrderedDict is its version metadata, which nothing here needs.
            case (byte)'b': Pop(); Top(); return true;
            case (byte)'Q': Push(world.Load(Pop())); return true;
            default: return false;
        }
    }

    private void Append(object?[] items) =>
        (Top() as List<object?> ?? throw Broken("values are appended to something that is not a list")).AddRange(items);

    private void SetItems(object?[] pairs)
    {
        var target = Top() as Dictionary<object, object?> ?? throw Broken("items are set on something that is not a dictionary");
        if (pairs.Length % 2 != 0) { throw Broken("a dictionary item has no value"); }
        for (var i = 0; i < pairs.Length; i += 2) { target[pairs[i] ?? throw Broken("a dictionary key is None")] = pairs[i + 1]; }
    }

    private object? Recall(int index) => _memo.TryGetValue(index, out var value) ? value : throw Broken($"memo {index} was never stored");

    private int MemoIndex() =>
        BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)) is var index && index >= 0 ? index : throw Broken("a memo index is negative");

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw Broken("the stack is empty");

    private object? Pop()
    {
        var value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count < count || _stack.IndexOf(s_mark, _stack.Count - count) >= 0) { throw Broken("the stack is empty"); }
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(s_mark);
        if (mark < 0) { throw Broken("a mark is missing"); }
        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) { throw Broken("an integer has more than 64 bits"); }
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++) { value |= (long)bytes[i] << (8 * i); }
        var unused = 64 - (8 * bytes.Length);
        return bytes.Length is 0 or 8 ? value : value << unused >> unused;
    }

    private string Line()
    {
        var length = pickle.Span[_at..].IndexOf((byte)'\n');
        if (length is < 0 or > 256) { throw Broken("a global's name does not end"); }
        var text = Encoding.UTF8.GetString(Bytes(length));
        _at++;
        return text;
    }

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > pickle.Length - _at) { throw Broken("the pickle is truncated"); }
        var bytes = pickle.Span.Slice(_at, count);
        _at += count;
        return bytes;
    }

    private ModelToolsException Broken(string problem) => new($"{file}: not a checkpoint that can be read: {problem}");
}
