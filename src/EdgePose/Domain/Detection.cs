namespace EdgePose.Domain;

/// <summary>A person box in frame pixels with its detector score (0..1).</summary>
internal readonly record struct Detection(Box Box, float Score);
