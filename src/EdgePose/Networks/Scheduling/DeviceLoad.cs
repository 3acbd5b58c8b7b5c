namespace EdgePose.Networks.Scheduling;

/// <summary>How a device fares; a consistent picture, renewed every half second.</summary>
/// <param name="Step">Rung of the ladder; 0 = full quality.</param>
/// <param name="Changes">Changes of the rung since the start.</param>
/// <param name="Utilisation">Demanded seconds of inference per second if no frame were dropped; above 1 frames must be dropped.</param>
/// <param name="Busy">Part of the last half second that the inference thread worked, 0..1.</param>
/// <param name="Lateness">95th percentile of the waiting times over the last two seconds, relative to two intervals of the stream; with a target age, of the ages relative to it.</param>
/// <param name="Waiting">Frames that wait now; at most one a stream.</param>
internal readonly record struct DeviceLoad(int Step, long Changes, double Utilisation, double Busy, double Lateness, int Waiting);
