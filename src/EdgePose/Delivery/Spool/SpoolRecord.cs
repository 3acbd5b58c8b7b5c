using EdgePose.Delivery.Spool.Format;

namespace EdgePose.Delivery.Spool;

/// <summary>A record on its way out. It stays the reader's until it is acknowledged, rejected or given back.</summary>
internal sealed record SpoolRecord
{
    /// <summary>Rises in the order of acceptance, across restarts.</summary>
    public required long Sequence { get; init; }

    /// <summary>Number of the run that accepted it; <c>(Boot, Sequence)</c> names a record for ever.</summary>
    public required uint Boot { get; init; }

    /// <summary><see cref="RecordKind.Event"/>, or <see cref="RecordKind.Gap"/> with the payload of a <see cref="GapNotice"/>.</summary>
    public required RecordKind Kind { get; init; }

    /// <summary>Empty for records that belong to no stream.</summary>
    public required string Stream { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Exactly the bytes that were appended.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The loss that a gap record announces; null for events.</summary>
    public GapNotice? Gap => Kind == RecordKind.Gap ? GapPayload.Read(Stream, Payload.Span) : null;

    internal uint Second { get; init; }

    /// <summary>The record as one reader gets it: a gap tells each what that one has lost.</summary>
    internal SpoolRecord For(string reader) => Kind == RecordKind.Gap ? this with { Payload = GapPayload.For(reader, Stream, Payload) } : this;

    internal RecordHeader Header => new(Sequence, Boot, Second, Created.ToUnixTimeMilliseconds(), Kind, Stream, Payload.Length);

    internal static SpoolRecord From(in RecordHeader header, ReadOnlyMemory<byte> payload) => new()
    {
        Sequence = header.Sequence, Boot = header.Boot, Kind = header.Kind, Stream = header.Stream, Payload = payload, Second = header.Second,
        Created = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(header.CreatedMs, MinMs, MaxMs)),
    };

    private static readonly long MinMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), MaxMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
}
