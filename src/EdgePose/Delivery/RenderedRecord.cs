using System.Text;

namespace EdgePose.Delivery;

/// <summary>
/// Version 1 of a record in the spool, which is only read: a spool may hold what an earlier version of the daemon has accepted. Layout: the version;
/// the number of messages; for each its topic, content type, number of User Properties with name and value, length of the body, body. Numbers are
/// 7-bit encoded, texts are length-prefixed UTF-8.
/// </summary>
internal static class RenderedRecord
{
    private const byte Version = 1;

    /// <summary>Null when the bytes are not of this version or not whole.</summary>
    public static IReadOnlyList<RenderedMessage>? TryRead(ReadOnlyMemory<byte> record)
    {
        using var stream = new MemoryStream(record.ToArray(), writable: false);
        using var from = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            if (from.ReadByte() != Version) { return null; }
            var messages = new List<RenderedMessage>();
            for (var left = from.Read7BitEncodedInt(); left > 0; left--) { messages.Add(ReadMessage(from)); }
            return messages.Count > 0 && stream.Position == stream.Length ? messages : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException or ArgumentException)
        {
            return null;
        }
    }

    private static RenderedMessage ReadMessage(BinaryReader from)
    {
        var (topic, type) = (from.ReadString(), from.ReadString());
        var user = new List<KeyValuePair<string, string>>();
        for (var left = from.Read7BitEncodedInt(); left > 0; left--) { user.Add(new(from.ReadString(), from.ReadString())); }
        var length = from.Read7BitEncodedInt();
        var rest = from.BaseStream.Length - from.BaseStream.Position;
        return new RenderedMessage(topic, type, user, length >= 0 && length <= rest ? from.ReadBytes(length) : throw new EndOfStreamException());
    }
}
