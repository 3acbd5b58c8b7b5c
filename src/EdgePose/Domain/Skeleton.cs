namespace EdgePose.Domain;

/// <summary>Joint layout of a model: names, links for drawing, left-right permutation and OKS sigmas (the per-joint constants of COCO's evaluation, relative to the square root of the person's area).</summary>
internal sealed class Skeleton
{
    public required string Name { get; init; }
    public required IReadOnlyList<string> Joints { get; init; }
    public required IReadOnlyList<(int A, int B)> Links { get; init; }

    /// <summary>Index of the joint on the other side of the body; its own index for joints on the mid-line.</summary>
    public required IReadOnlyList<int> Flip { get; init; }
    public required IReadOnlyList<float> Sigmas { get; init; }

    /// <summary>Number of leading joints that describe the body itself (without hands and face); boxes are built from these.</summary>
    public required int BodyJoints { get; init; }
    public int Count => Joints.Count;
}
