using System.Text;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>
/// Open events by their key, each without its pictures of people, in the order in which they began. Full policy: the oldest goes, for it
/// is the likeliest to have ended. One caller at a time.
/// </summary>
/// <param name="most">Events at a time.</param>
internal sealed class OpenEventSet(int most)
{
    private const byte Version = 1;

    private readonly record struct Open(PoseEvent Event, uint Boot, byte[] Record);

    private readonly OrderedDictionary<string, Open> _events = new(StringComparer.Ordinal);

    public int Count => _events.Count;

    /// <summary>Takes a message of an event; false when it changes nothing.</summary>
    public bool Take(PoseEvent e, uint boot)
    {
        if (e.Phase == EventPhase.End) { return _events.Remove(e.Key); }
        if (e.Phase != EventPhase.Start || !e.Type.Lasts || _events.ContainsKey(e.Key)) { return false; }
        while (_events.Count >= most) { _events.RemoveAt(0); }
        var bare = e with { Points = [], History = [], Skeleton = null };
        _events.Add(e.Key, new Open(bare, boot, new EventRecord(bare, null, false).Write()));
        return true;
    }

    /// <summary>What another run than this one has left open.</summary>
    public IReadOnlyList<PoseEvent> Before(uint boot) => [.. _events.Values.Where(o => o.Boot != boot).Select(o => o.Event)];

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream, Encoding.UTF8);
        to.Write(Version);
        to.Write7BitEncodedInt(_events.Count);
        foreach (var open in _events.Values)
        {
            to.Write(open.Boot);
            to.Write7BitEncodedInt(open.Record.Length);
            to.Write(open.Record);
        }
        to.Flush();
        return stream.ToArray();
    }

    /// <summary>As much as can be read.</summary>
    /// <param name="document">From <see cref="Write"/>; null = nothing is open.</param>
    /// <param name="most">Events at a time.</param>
    /// <param name="isWhole">False when some of it could not be read.</param>
    public static OpenEventSet Read(byte[]? document, int most, out bool isWhole)
    {
        var set = new OpenEventSet(most);
        isWhole = true;
        if (document is null) { return set; }
        using var stream = new MemoryStream(document, writable: false);
        using var from = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            isWhole = from.ReadByte() == Version;
            for (var left = isWhole ? from.Read7BitEncodedInt() : 0; left > 0; left--)
            {
                var boot = from.ReadUInt32();
                var read = EventRecord.TryRead(from.ReadBytes(from.Read7BitEncodedInt()));
                if (read is null) { isWhole = false; }
                else { set.Take(read.Event, boot); }
            }
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or IOException) { isWhole = false; }
        return set;
    }
}
