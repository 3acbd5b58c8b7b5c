namespace EdgePose.Delivery.Documents;

/// <summary>Figures of one stream; frame ages in milliseconds, rates in frames per second over the last seconds.</summary>
internal readonly record struct StreamFigures(
    double FpsIn, double FpsProcessed, long FramesReceived, long FramesDropped, double FrameAgeP99Ms, int Reconnects)
{
    /// <summary>The dropped frames that were garbage.</summary>
    public long FramesRefused { get; init; }
    public long DecodeErrors { get; init; }
    public long PacketsLost { get; init; }

    /// <summary>Arrival minus the camera's time; null while the camera's time is not known.</summary>
    public double? CameraLagMs { get; init; }
}
