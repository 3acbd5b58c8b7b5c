using System.Buffers;
using System.Text;

namespace EdgePose.Sinks.Mqtt.Events;

/// <summary>
/// The messages of one event as bytes, for the spool: everything that will be published, fixed when the event is accepted. Texts and
/// bodies are length-prefixed, little-endian; the first byte is the version.
/// </summary>
internal static class EventRecord
{
    private const byte Version = 1;

    public static byte[] Write(IReadOnlyList<EventMessage> messages)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write7BitEncodedInt(messages.Count);
        foreach (var message in messages)
        {
            writer.Write(message.Topic);
            writer.Write(message.ContentType);
            writer.Write7BitEncodedInt(message.User.Count);
            foreach (var (name, value) in message.User)
            {
                writer.Write(name);
                writer.Write(value);
            }
            writer.Write7BitEncodedInt(message.Body.Length);
            writer.Write(message.Body);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>False when the bytes are not of this version or not whole; they passed the spool's checksum, so another program wrote them.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> record, out IReadOnlyList<EventMessage> messages)
    {
        messages = [];
        using var stream = new MemoryStream(record.ToArray(), writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version) { return false; }
            var found = new List<EventMessage>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                var (topic, type) = (reader.ReadString(), reader.ReadString());
                var user = new List<KeyValuePair<string, string>>();
                for (var pairs = reader.Read7BitEncodedInt(); pairs > 0; pairs--) { user.Add(new(reader.ReadString(), reader.ReadString())); }
                var length = reader.Read7BitEncodedInt();
                var body = length >= 0 && length <= stream.Length - stream.Position ? reader.ReadBytes(length) : throw new EndOfStreamException();
                found.Add(new EventMessage(topic, type, user, body));
            }
            messages = found;
            return found.Count > 0 && stream.Position == stream.Length;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException or ArgumentException)
        {
            return false;
        }
    }
}
