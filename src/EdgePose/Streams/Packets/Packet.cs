namespace EdgePose.Streams.Packets;

/// <summary>One compressed picture as it came from the source, before decoding and thinning.</summary>
/// <param name="Seconds">Presentation time on ffmpeg's output time line.</param>
/// <param name="Bytes">Size of its data.</param>
/// <param name="IsKey">Decodable without others.</param>
/// <param name="WallClock">The sender's time, or the time of writing before the first sender report: see <see cref="SenderClock"/>.</param>
internal readonly record struct Packet(double Seconds, int Bytes, bool IsKey, DateTimeOffset WallClock);
