namespace EdgePose.Sinks.Mqtt.Events;

/// <summary>
/// Sets <c>published_late</c> in an event that was written when it was accepted: only the sender knows whether it had to wait. Everything
/// else stays byte for byte what was accepted, the id included.
/// </summary>
internal static class LateMark
{
    private static ReadOnlySpan<byte> No => "\"published_late\":false"u8;

    /// <summary>The body with the mark set; a body without the mark, such as another dialect's, as it is.</summary>
    public static byte[] Set(ReadOnlySpan<byte> body)
    {
        // The first one is the field: only names and stamps of ours stand before it, none of which can hold a quotation mark.
        var at = body.IndexOf(No);
        if (at < 0) { return body.ToArray(); }
        var value = at + No.Length - "false".Length;
        return [.. body[..value], .. "true"u8, .. body[(at + No.Length)..]];
    }
}
