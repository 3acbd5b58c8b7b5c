using System.Buffers.Binary;

namespace EdgePose.Delivery.Spool.Format;

/// <summary>Closed ranges of sequences, disjoint and sorted; also the payload of a <see cref="RecordKind.Skip"/> record.</summary>
internal sealed class Ranges
{
    /// <summary>So that a record of them stays small; what does not fit goes into the next one.</summary>
    public const int MostPerRecord = 4096;

    private readonly List<(long First, long Last)> _all = [];

    public IReadOnlyList<(long First, long Last)> All => _all;
    public long Count => _all.Sum(r => r.Last - r.First + 1);

    public void Add(long first, long last)
    {
        if (first > last) { return; }
        var at = _all.Count;
        while (at > 0 && _all[at - 1].Last + 1 >= first) { at--; }
        while (at < _all.Count && _all[at].First <= last + 1)
        {
            (first, last) = (Math.Min(first, _all[at].First), Math.Max(last, _all[at].Last));
            _all.RemoveAt(at);
        }
        while (at < _all.Count && _all[at].First < first) { at++; }
        _all.Insert(at, (first, last));
    }

    public void Remove(long first, long last)
    {
        for (var i = _all.Count - 1; i >= 0 && first <= last; i--)
        {
            var r = _all[i];
            if (r.Last < first || r.First > last) { continue; }
            _all.RemoveAt(i);
            if (r.Last > last) { _all.Insert(i, (last + 1, r.Last)); }
            if (r.First < first) { _all.Insert(i, (r.First, first - 1)); }
        }
    }

    public IEnumerable<byte[]> ToPayloads()
    {
        foreach (var part in _all.Chunk(MostPerRecord))
        {
            var bytes = new byte[part.Length * 2 * sizeof(long)];
            for (var i = 0; i < part.Length; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 * i), part[i].First);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 * i + 8), part[i].Last);
            }
            yield return bytes;
        }
    }

    public static IEnumerable<(long First, long Last)> Read(byte[] payload)
    {
        for (var at = 0; at + 16 <= payload.Length; at += 16)
        {
            yield return (BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(at)), BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(at + 8)));
        }
    }
}
