namespace EdgePose.Streams;

/// <summary>Where the next connection goes on in a recording.</summary>
/// <param name="Seconds">What comes before is skipped.</param>
/// <param name="Shape">Shape of the pictures from there on, as coded; null = as before.</param>
internal readonly record struct RecordingPosition(double Seconds, PictureShape? Shape);
