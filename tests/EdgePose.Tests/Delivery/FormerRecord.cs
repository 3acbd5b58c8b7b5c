using System.Text;

namespace EdgePose.Tests.Delivery;

/// <summary>A record of version 1 by its layout: version, number of messages; for each topic, content type, properties, body.</summary>
internal static class FormerRecord
{
    public static byte[] Of(params (string Topic, string Type, (string Name, string Value)[] User, string Body)[] messages) =>
    [
        1, .. Number(messages.Length),
        .. messages.SelectMany(m => (byte[])
        [
            .. Text(m.Topic), .. Text(m.Type), .. Number(m.User.Length), .. m.User.SelectMany(u => (byte[])[.. Text(u.Name), .. Text(u.Value)]),
            .. Text(m.Body),
        ]),
    ];

    /// <summary>Event <paramref name="n"/> of a node whose topics begin differently, with the second form that its settings asked for.</summary>
    public static byte[] Event(int n, string stream) => Of(
        (Topic(stream), "application/json", [("schema", "edgepose.event/1"), ("id", Id(n, stream)), ("seq", $"{n}")], Body(n, stream)),
        (Second(stream), "application/json", [("id", Id(n, stream))], SecondBody(n)));

    public static string Topic(string stream) => $"former/attic-pi/streams/{stream}/events";
    public static string Second(string stream) => $"former/attic-pi/onvif-mj/VideoAnalytics/{stream}/EdgePose";
    public static string Id(int n, string stream) => $"attic-pi/00000001/{stream}/{n:D6}";
    public static string SecondBody(int n) => $$"""{"Frame":[{"@Source":"{{n}}"}]}""";

    // A text that looks like the mark is no mark: JSON escapes its quotation marks.
    public static string Body(int n, string stream, bool late = false) =>
        $$"""
        {"schema":"edgepose.event/1","id":"{{Id(n, stream)}}","key":"\"published_late\":false","published_late":{{(late ? "true" : "false")}},"reason":"n{{n}}"}
        """;

    private static byte[] Text(string text) => [.. Number(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Number(value >> 7)];
}
