namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Sets <c>published_late</c> in a document that was written when its event was accepted: only the sender knows whether it had to wait. Everything
/// else stays byte for byte, the id included.
/// </summary>
internal static class LateMark
{
    private static ReadOnlySpan<byte> No => "\"published_late\":false"u8;

    /// <summary>The body with the mark set; a body without the mark, such as another dialect's, as it is.</summary>
    public static byte[] Set(byte[] body)
    {
        // JSON escapes a quotation mark inside a text, so this can only be the field.
        var at = body.AsSpan().IndexOf(No);
        if (at < 0) { return body; }
        var value = at + No.Length - "false".Length;
        return [.. body.AsSpan(0, value), .. "true"u8, .. body.AsSpan(at + No.Length)];
    }
}
