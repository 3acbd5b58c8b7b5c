using System.Buffers.Text;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>
/// A value that whoever comes later must find, and of which only the last one counts. <see cref="Body"/> is its document as UTF-8; sinks with a
/// form of their own use the noun beside it.
/// </summary>
internal sealed record StateValue(StateKey Key, ReadOnlyMemory<byte> Body)
{
    /// <summary>The thing does not exist any more: who keeps the value forgets it.</summary>
    public bool IsGone { get; private init; }

    /// <summary>Of <see cref="StateKind.StreamState"/>.</summary>
    public StreamStatus? Stream { get; private init; }
    public StreamFigures Figures { get; private init; }

    /// <summary>People of <see cref="StateKind.People"/> and <see cref="StateKind.Zone"/>.</summary>
    public int Count { get; private init; }

    /// <summary>Of <see cref="StateKind.Announcement"/>, which has no document.</summary>
    public Announcement? Announcement { get; private init; }

    public static StateValue Gone(StateKey key) => new(key, default) { IsGone = true };

    public static StateValue Available(StateKey key, bool online) => new(key, online ? Payloads.Online : Payloads.Offline);

    public static StateValue Of(StreamStatus status, in StreamFigures figures, string stream) =>
        new(StateKey.OfStream(StateKind.StreamState, stream), JsonSerializer.SerializeToUtf8Bytes(Payloads.State(status, figures), PayloadsContext.Plain.StreamStateDocument))
        {
            Stream = status, Figures = figures,
        };

    /// <summary>A number, bare.</summary>
    public static StateValue Of(StateKey key, int count)
    {
        Span<byte> text = stackalloc byte[11];
        Utf8Formatter.TryFormat(count, text, out var length);
        return new StateValue(key, text[..length].ToArray()) { Count = count };
    }

    public static StateValue Of(Announcement announcement) =>
        new(StateKey.OfStream(StateKind.Announcement, announcement.Stream), default) { Announcement = announcement };

    /// <summary>Whether a subscriber who has the other one would notice no difference.</summary>
    public bool SaysTheSame(StateValue other) =>
        IsGone == other.IsGone && Announcement is null && other.Announcement is null && Body.Span.SequenceEqual(other.Body.Span);
}
