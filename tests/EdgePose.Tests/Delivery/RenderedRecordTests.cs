using System.Text;
using EdgePose.Delivery;

namespace EdgePose.Tests.Delivery;

public sealed class RenderedRecordTests
{
    [Fact]
    public void Read_BytesOfVersionOne_AreTheMessages()
    {
        byte[] bytes =
        [
            1, 2,
            3, .. "a/b"u8, 4, .. "json"u8, 1, 2, .. "id"u8, 3, .. "n/1"u8, 2, .. "{}"u8,
            1, .. "c"u8, 0, 0, 0,
        ];
        var messages = RenderedRecord.TryRead(bytes);

        Assert.NotNull(messages);
        Assert.Equal([("a/b", "json", "id=n/1", "{}"), ("c", "", "", "")], messages.Select(m =>
            (m.Topic, m.ContentType, string.Join(',', m.User.Select(u => $"{u.Key}={u.Value}")), Encoding.UTF8.GetString(m.Body))));
    }

    [Fact]
    public void Read_OtherVersionsAndNoMessages_AreNotTaken()
    {
        Assert.Null(RenderedRecord.TryRead((byte[])[1, 0]));
        Assert.Null(EventRecord.TryRead(FormerRecord.Event(1, "front")));
        foreach (var version in Enumerable.Range(0, 256).Where(v => v != 1))
        {
            Assert.Null(RenderedRecord.TryRead((byte[])[(byte)version, .. FormerRecord.Event(1, "front").AsSpan(1)]));
        }
    }

    [Fact]
    public void Read_EveryCutAndManyFlips_IsRefusedOrReadWithoutAnException()
    {
        var bytes = FormerRecord.Event(1, "front");
        for (var length = 0; length < bytes.Length; length++) { Assert.Null(RenderedRecord.TryRead(bytes.AsMemory(0, length))); }
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.InRange(RenderedRecord.TryRead(damaged)?.Sum(m => m.Body.Length) ?? 0, 0, bytes.Length);
        }
    }
}
