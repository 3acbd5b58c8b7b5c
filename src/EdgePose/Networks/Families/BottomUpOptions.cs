using EdgePose.Domain;

namespace EdgePose.Networks.Families;

internal enum DecodeProfile
{
    /// <summary>Works on the half-size map, reports only plausible people and suppresses duplicates.</summary>
    Fast,

    /// <summary>The original procedure: maps projected to the input size, joints refined.</summary>
    Accurate,
}

/// <summary>Settings of a bottom-up estimator.</summary>
internal sealed record BottomUpOptions
{
    public required DecodeProfile Profile { get; init; }

    /// <summary>Second run on the mirrored picture.</summary>
    public bool Flip { get; init; }

    /// <summary>Fills missing joints from the heat maps; null = on for <see cref="DecodeProfile.Accurate"/>, off for <see cref="DecodeProfile.Fast"/>.</summary>
    public bool? Refine { get; init; }

    /// <summary>Short side of the network's input in pixels, rounded up to a multiple of 64; 0 = the height of the descriptor.</summary>
    public int ShortSide { get; init; }

    /// <summary>Largest number of peaks per joint, of people that joints are matched with, and of people reported.</summary>
    public int MaxPeople { get; init; } = 30;

    /// <summary>
    /// Smallest person score reported: mean over all joints, missing ones as 0, before refinement. 0 reports every instance of the grouping
    /// in its order, without <see cref="MinJoints"/>, <see cref="DuplicateOks"/> and the limit on people: what evaluation needs.
    /// </summary>
    public float MinScore { get; init; } = 0.05f;

    /// <summary>Smallest number of joints a person has before refinement.</summary>
    public int MinJoints { get; init; } = 3;

    /// <summary>Similarity above which the lower-scored of two people is a duplicate.</summary>
    public float DuplicateOks { get; init; } = 0.7f;

    /// <summary>Order in which grouping takes the joints; null = the order that the published results were made with.</summary>
    public IReadOnlyList<int>? JointOrder { get; init; }

    public bool RefineMissing => Refine ?? Profile == DecodeProfile.Accurate;

    public bool KeepsEveryInstance => MinScore <= 0;

    /// <summary><see cref="JointOrder"/> for <paramref name="skeleton"/>, checked to be a permutation of its joints.</summary>
    public int[] JointOrderFor(Skeleton skeleton)
    {
        // COCO's order, hard-wired in mit-han-lab/litepose:lib/core/group.py and cut to the number of joints for other layouts.
        int[] coco = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16];
        var order = JointOrder ?? [.. coco.Concat(Enumerable.Range(coco.Length, Math.Max(0, skeleton.Count - coco.Length))).Where(j => j < skeleton.Count)];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, skeleton.Count)))
        {
            throw new UserError(ExitCode.Model, $"the joint order must name each of the {skeleton.Count} joints of {skeleton.Name} once");
        }
        return [.. order];
    }
}
