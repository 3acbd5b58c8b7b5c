using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>A way to make pictures into a network's values, and how well the network did with it.</summary>
internal sealed record TriedInput(ModelInput Input, float Fit);
