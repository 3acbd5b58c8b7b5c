using EdgePose.Domain;

namespace EdgePose.Service.Observe;

/// <summary>A count with what it counts, such as dropped frames by reason.</summary>
internal readonly record struct Count(string Reason, long Value);

/// <summary>
/// Everything that is shown of one stream, read at one moment. <c>Received = Processed + sum of Dropped + InFlight</c> holds exactly.
/// No address, no secret, no pixel.
/// </summary>
internal sealed record StreamSnapshot
{
    public required string Id { get; init; }
    public required StreamState State { get; init; }
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why the stream is in this state; empty while all is well.</summary>
    public required string Reason { get; init; }

    /// <summary>The latest reason that was not empty, also after the recovery.</summary>
    public required string LastError { get; init; }
    public required int Epoch { get; init; }
    public required int Reconnects { get; init; }
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required string Codec { get; init; }
    public required string Decoder { get; init; }

    /// <summary>Frames per second over the last five seconds.</summary>
    public required double FpsIn { get; init; }
    public required double FpsProcessed { get; init; }
    public required double FpsDropped { get; init; }
    public required double FrameAgeP50Ms { get; init; }
    public required double FrameAgeP99Ms { get; init; }

    /// <summary>People in the last processed frame.</summary>
    public required int People { get; init; }
    public required long Received { get; init; }
    public required long Processed { get; init; }

    /// <summary>Waiting for the inference thread or in work.</summary>
    public required long InFlight { get; init; }
    public required IReadOnlyList<Count> Dropped { get; init; }
    public required long DecodeErrors { get; init; }

    /// <summary>Connections that ended, by the state that this led to; only those that happened.</summary>
    public required IReadOnlyList<Count> Restarts { get; init; }
}
