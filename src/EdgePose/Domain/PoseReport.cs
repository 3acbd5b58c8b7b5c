namespace EdgePose.Domain;

/// <summary>
/// What one processed frame yields for publishing. <see cref="People"/> is borrowed: it is valid only during the call that receives it.
/// </summary>
/// <param name="Frame">Identity and capture time.</param>
/// <param name="FrameWidth">Width of the frame that the coordinates refer to.</param>
/// <param name="FrameHeight">Height of the frame that the coordinates refer to.</param>
/// <param name="Skeleton">Joint layout of <paramref name="People"/>.</param>
/// <param name="Model">Name of the pose model.</param>
/// <param name="People">The tracked people in frame pixels.</param>
internal readonly record struct PoseReport(
    FrameInfo Frame, int FrameWidth, int FrameHeight, Skeleton Skeleton, string Model, TrackedPoseList People);
