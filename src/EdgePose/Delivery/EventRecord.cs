using System.Text;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>An event as it is kept in the spool, whatever sinks there are: the nouns, from which each sink makes its own form.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Model">The model that saw it; null where none was concerned.</param>
/// <param name="ClockIsSynced">Whether its time could be trusted when it was accepted.</param>
internal sealed record EventRecord(PoseEvent Event, ModelInfo? Model, bool ClockIsSynced)
{
    /// <summary>Little-endian, texts length-prefixed; the first byte is the version.</summary>
    private const byte Version = 3;

    /// <summary>Says nothing of how a type ends; still read.</summary>
    private const byte Former = 2;

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream, Encoding.UTF8);
        to.Write(Version);
        to.Write(ClockIsSynced);
        EventCodec.Write(to, Event);
        to.Write(Model is not null);
        foreach (var text in Model is { } m ? (string[])[m.Name, m.Sha256, m.Provider] : []) { to.Write(text); }
        to.Flush();
        return stream.ToArray();
    }

    /// <summary>Null when the bytes are not of this version or not whole; they passed the spool's checksum, so another program wrote them.</summary>
    public static EventRecord? TryRead(ReadOnlyMemory<byte> record)
    {
        using var stream = new MemoryStream(record.ToArray(), writable: false);
        using var from = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            var version = from.ReadByte();
            if (version is not (Version or Former)) { return null; }
            var isSynced = from.ReadBoolean();
            var read = EventCodec.Read(from, hasEnd: version == Version);
            var model = from.ReadBoolean() ? new ModelInfo(from.ReadString(), from.ReadString(), from.ReadString()) : null;
            return stream.Position == stream.Length ? new EventRecord(read, model, isSynced) : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException or ArgumentException or OverflowException)
        {
            return null;
        }
    }
}
