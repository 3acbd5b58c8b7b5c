using EdgePose.Domain;

namespace EdgePose.Delivery.Documents;

/// <summary>A joint layout for those who draw poses; numbers of joints are places in <paramref name="Joints"/>.</summary>
/// <param name="Schema">Name of the schema.</param>
/// <param name="Name">As <c>skeleton</c> in poses and events.</param>
/// <param name="Joints">Names, in the order of a person's points.</param>
/// <param name="Limbs">Pairs of joints to draw a line between.</param>
/// <param name="FlipPairs">Pairs of joints that change places in a mirrored picture, left and right.</param>
/// <param name="BodyJoints">So many leading joints are the body itself, without hands and face.</param>
internal sealed record SkeletonDocument(
    string Schema, string Name, IReadOnlyList<string> Joints, IReadOnlyList<int[]> Limbs, IReadOnlyList<int[]> FlipPairs, int BodyJoints)
{
    public static SkeletonDocument Of(Skeleton skeleton) => new(
        Payloads.SkeletonSchema, skeleton.Name, skeleton.Joints, [.. skeleton.Links.Select(static l => new[] { l.A, l.B })],
        [.. skeleton.Flip.Select(static (other, joint) => new[] { joint, other }).Where(static pair => pair[0] < pair[1])], skeleton.BodyJoints);
}
