using System.Collections.Concurrent;
using System.Globalization;

namespace EdgePose.Domain;

/// <summary>
/// Joint layouts that models bring which people have trained themselves, and layouts without names for all others. Names and links follow
/// open-mmlab/mmpose:configs/_base_/datasets/{aic,ap10k,halpe26,coco_wholebody_hand,lapa}.py.
/// </summary>
internal static class FurtherSkeletons
{
    public const int MostPoints = 300;

    /// <summary>Layouts that descriptors of models bring, by their names.</summary>
    private static readonly ConcurrentDictionary<string, Skeleton> Brought = new(StringComparer.Ordinal);

    public static Skeleton Aic14 { get; } = Of("aic14",
        ["right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist", "right_hip", "right_knee", "right_ankle",
         "left_hip", "left_knee", "left_ankle", "top_head", "neck"],
        [(2, 1), (1, 0), (0, 13), (13, 3), (3, 4), (4, 5), (8, 7), (7, 6), (6, 9), (9, 10), (10, 11), (12, 13), (0, 6), (3, 9)],
        // Those of the same joints of COCO: the data set's own are for another measure.
        [.079f, .072f, .062f, .079f, .072f, .062f, .107f, .087f, .089f, .107f, .087f, .089f, .079f, .079f]);

    public static Skeleton Ap10K17 { get; } = Of("ap10k17",
        ["left_eye", "right_eye", "nose", "neck", "root_of_tail", "left_shoulder", "left_elbow", "left_front_paw", "right_shoulder", "right_elbow",
         "right_front_paw", "left_hip", "left_knee", "left_back_paw", "right_hip", "right_knee", "right_back_paw"],
        [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5), (5, 6), (6, 7), (3, 8), (8, 9), (9, 10), (4, 11), (11, 12), (12, 13), (4, 14), (14, 15), (15, 16)],
        [.025f, .025f, .026f, .035f, .035f, .079f, .079f, .072f, .072f, .062f, .062f, .107f, .107f, .087f, .087f, .089f, .089f]);

    public static Skeleton Halpe26 { get; } = Of("halpe26",
        [.. Skeletons.Coco17.Joints, "head", "neck", "hip", "left_big_toe", "right_big_toe", "left_small_toe", "right_small_toe", "left_heel", "right_heel"],
        [(15, 13), (13, 11), (11, 19), (16, 14), (14, 12), (12, 19), (17, 18), (18, 19), (18, 5), (5, 7), (7, 9), (18, 6), (6, 8), (8, 10), (1, 2), (0, 1),
         (0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (15, 20), (15, 22), (15, 24), (16, 21), (16, 23), (16, 25)],
        [.. Skeletons.Coco17.Sigmas, .026f, .026f, .066f, .079f, .079f, .079f, .079f, .079f, .079f]);

    /// <summary>One hand: the left hand of the whole body.</summary>
    public static Skeleton Hand21 { get; } = Of("hand21",
        [.. Skeletons.CocoWholeBody133.Joints.Skip(91).Take(21).Select(n => n["left_".Length..])],
        [.. Skeletons.CocoWholeBody133.Links.Where(l => l.A is >= 91 and < 112).Select(l => (l.A - 91, l.B - 91))],
        [.. Skeletons.CocoWholeBody133.Sigmas.Skip(91).Take(21)]);

    public static Skeleton Face106 { get; } = Make("face106", Numbered("face_", 106), [], [.. Enumerable.Repeat(.02f, 106)],
    [
        .. Enumerable.Range(0, 33).Select(i => 32 - i), 46, 45, 44, 43, 42, 50, 49, 48, 47, 37, 36, 35, 34, 33, 41, 40, 39, 38, 51, 52, 53, 54, 65, 64, 63,
        62, 61, 60, 59, 58, 57, 56, 55, 79, 78, 77, 76, 75, 82, 81, 80, 83, 70, 69, 68, 67, 66, 73, 72, 71, 74, 90, 89, 88, 87, 86, 85, 84, 95, 94, 93, 92,
        91, 100, 99, 98, 97, 96, 103, 102, 101, 105, 104,
    ]);

    public static IReadOnlyList<Skeleton> All => [Halpe26, Aic14, Ap10K17, Hand21, Face106];

    /// <summary>Makes a layout known whose names tell the sides (<c>left_</c>, <c>right_</c>); null when that name has another layout already.</summary>
    public static Skeleton? Bring(string name, string[] joints, (int, int)[] links)
    {
        var known = Brought.GetOrAdd(name, _ => Of(name, joints, links, Usual(joints.Length)));
        return known.Joints.SequenceEqual(joints) && known.Links.SequenceEqual(links) ? known : null;
    }

    /// <summary>A layout that a descriptor brought; null for any other name.</summary>
    public static Skeleton? Find(string name) => Brought.GetValueOrDefault(name);

    /// <summary>The layout <c>pointsN</c> of N joints of which nothing is known; null for any other name.</summary>
    public static Skeleton? Points(string name) => name.StartsWith("points", StringComparison.Ordinal) && name.Length > 6 && name[6] != '0'
        && int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostPoints
            ? Make(name, Numbered("point_", count), [], Usual(count), [.. Enumerable.Range(0, count)]) : null;

    // The sigma of COCO's shoulders.
    private static float[] Usual(int count) => [.. Enumerable.Repeat(.079f, count)];

    private static string[] Numbered(string stem, int count) => [.. Enumerable.Range(0, count).Select(i => $"{stem}{i}")];

    private static Skeleton Of(string name, string[] joints, (int, int)[] links, float[] sigmas) =>
        Make(name, joints, links, sigmas, [.. joints.Select((j, i) => Other(joints, j, i))]);

    private static Skeleton Make(string name, string[] joints, (int, int)[] links, float[] sigmas, int[] flip) =>
        new() { Name = name, Joints = joints, Links = links, Sigmas = sigmas, Flip = flip, BodyJoints = joints.Length };

    // The joint of the same name on the other side.
    private static int Other(string[] joints, string name, int own) => Array.IndexOf(joints,
        name.StartsWith("left_", StringComparison.Ordinal) ? "right_" + name["left_".Length..]
        : name.StartsWith("right_", StringComparison.Ordinal) ? "left_" + name["right_".Length..] : name) is >= 0 and var other ? other : own;
}
