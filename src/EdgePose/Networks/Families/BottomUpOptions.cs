using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.Families;

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

    /// <summary>What one stream asks of its bottom-up network.</summary>
    /// <param name="pose">The section <c>pose</c> of the stream.</param>
    /// <param name="tracked">Whether a tracker follows.</param>
    public static BottomUpOptions For(PoseSettings pose, bool tracked) => new()
    {
        Profile = pose.Profile,
        Flip = pose.Flip,
        // Filling the missing joints of plausible people costs a tenth of a millisecond and gained .06 AP on labelled pictures.
        Refine = true,
        ShortSide = pose.ShortSide,
        MaxPeople = pose.MaxPeople,
        // 0 would mean every instance of the grouping, duplicates included, which is for evaluation.
        MinScore = Math.Max(1e-3f, pose.LowScore(tracked)),
    };

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
