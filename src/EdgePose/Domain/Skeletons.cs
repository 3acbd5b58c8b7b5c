namespace EdgePose.Domain;

/// <summary>
/// The joint layouts of the supported models. Names, links and OKS sigmas follow the data sets' own definitions, as collected in
/// open-mmlab/mmpose:configs/_base_/datasets/{coco,crowdpose,coco_wholebody,mpii}.py.
/// </summary>
internal static class Skeletons
{
    private static readonly string[] CocoJoints =
    [
        "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
        "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    ];

    private static readonly (int, int)[] CocoLinks =
    [
        (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10),
        (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
    ];

    private static readonly float[] CocoSigmas =
        [.026f, .025f, .025f, .035f, .035f, .079f, .079f, .072f, .072f, .062f, .062f, .107f, .107f, .087f, .087f, .089f, .089f];

    private static readonly string[] FootJoints =
        ["left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel"];

    private static readonly string[] Fingers = ["thumb", "forefinger", "middle_finger", "ring_finger", "pinky"];

    private static readonly float[] FaceSigmas =
    [
        .042f, .043f, .044f, .043f, .040f, .035f, .031f, .025f, .020f, .023f, .029f, .032f, .037f, .038f, .043f, .041f, .045f,
        .013f, .012f, .011f, .011f, .012f, .012f, .011f, .011f, .013f, .015f, .009f, .007f, .007f, .007f, .012f, .009f, .008f,
        .016f, .010f, .017f, .011f, .009f, .011f, .009f, .007f, .013f, .008f, .011f, .012f, .010f, .034f, .008f, .008f, .009f,
        .008f, .008f, .007f, .010f, .008f, .009f, .009f, .009f, .007f, .007f, .008f, .011f, .008f, .008f, .008f, .01f, .008f,
    ];

    private static readonly float[] HandSigmas =
    [
        .029f, .022f, .035f, .037f, .047f, .026f, .025f, .024f, .035f, .018f, .024f, .022f, .026f, .017f, .021f, .021f, .032f, .02f,
        .019f, .022f, .031f,
    ];

    /// <summary>COCO key-points, 17 joints.</summary>
    public static Skeleton Coco17 { get; } = new()
    {
        Name = "coco17",
        Joints = CocoJoints,
        Links = CocoLinks,
        Flip = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
        Sigmas = CocoSigmas,
        BodyJoints = 17,
    };

    /// <summary>CrowdPose, 14 joints: no face, but head top and neck.</summary>
    public static Skeleton CrowdPose14 { get; } = new()
    {
        Name = "crowdpose14",
        Joints =
        [
            "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
            "left_knee", "right_knee", "left_ankle", "right_ankle", "top_head", "neck",
        ],
        Links =
        [
            (10, 8), (8, 6), (11, 9), (9, 7), (6, 7), (0, 6), (1, 7), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (12, 13), (1, 13), (0, 13),
        ],
        Flip = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13],
        Sigmas = [.079f, .079f, .072f, .072f, .062f, .062f, .107f, .107f, .087f, .087f, .089f, .089f, .079f, .079f],
        BodyJoints = 14,
    };

    /// <summary>COCO-WholeBody, 133 joints: body 0..16, feet 17..22, face 23..90, left hand 91..111, right hand 112..132.</summary>
    public static Skeleton CocoWholeBody133 { get; } = new()
    {
        Name = "coco_wholebody133",
        Joints = [.. CocoJoints, .. FootJoints, .. FaceNames(), .. HandNames("left"), .. HandNames("right")],
        Links =
        [
            .. CocoLinks, (15, 17), (15, 18), (15, 19), (16, 20), (16, 21), (16, 22), .. HandLinks(91), .. HandLinks(112),
        ],
        Flip =
        [
            0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15,
            20, 21, 22, 17, 18, 19,
            39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23,
            49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
            50, 51, 52, 53, 58, 57, 56, 55, 54,
            68, 67, 66, 65, 70, 69, 62, 61, 60, 59, 64, 63,
            77, 76, 75, 74, 73, 72, 71, 82, 81, 80, 79, 78,
            87, 86, 85, 84, 83, 90, 89, 88,
            .. Enumerable.Range(112, 21), .. Enumerable.Range(91, 21),
        ],
        Sigmas = [.. CocoSigmas, .068f, .066f, .066f, .092f, .094f, .094f, .. FaceSigmas, .. HandSigmas, .. HandSigmas],
        BodyJoints = 23,
    };

    /// <summary>MPII Human Pose, 16 joints.</summary>
    public static Skeleton Mpii16 { get; } = new()
    {
        Name = "mpii16",
        Joints =
        [
            "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "pelvis", "thorax", "upper_neck", "head_top",
            "right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist",
        ],
        Links =
        [
            (0, 1), (1, 2), (2, 6), (6, 3), (3, 4), (4, 5), (6, 7), (7, 8), (8, 9), (8, 12), (12, 11), (11, 10), (8, 13), (13, 14), (14, 15),
        ],
        Flip = [5, 4, 3, 2, 1, 0, 6, 7, 8, 9, 15, 14, 13, 12, 11, 10],
        Sigmas = [.089f, .083f, .107f, .107f, .083f, .089f, .026f, .026f, .026f, .026f, .062f, .072f, .179f, .179f, .072f, .062f],
        BodyJoints = 16,
    };

    /// <summary>Of those with one number of joints the most usual first. Read when it is asked for: some are made of the others.</summary>
    public static IReadOnlyList<Skeleton> All => Known.Value;

    private static readonly Lazy<IReadOnlyList<Skeleton>> Known = new(() => [Coco17, CrowdPose14, CocoWholeBody133, Mpii16, .. FurtherSkeletons.All]);

    /// <summary>The skeleton called <paramref name="name"/>; a <see cref="UserError"/> that lists the known names when there is none.</summary>
    public static Skeleton Get(string name) => Find(name) ?? throw new UserError(ExitCode.Model, $"skeleton '{name}' is not known", "use " + Choices);

    /// <summary>The same for a recording, which says how many joints it has: a layout that nobody here knows has no names.</summary>
    public static Skeleton Get(string name, int joints) => Find(name) ?? FurtherSkeletons.Points($"points{joints}") ?? Get(name);

    public static bool IsKnown(string name) => All.Any(s => s.Name == name) || FurtherSkeletons.Points(name) is not null;

    private static Skeleton? Find(string name) => All.FirstOrDefault(s => s.Name == name) ?? FurtherSkeletons.Points(name) ?? FurtherSkeletons.Find(name);

    /// <summary>The names that are possible, for messages.</summary>
    public static string Choices => $"one of {string.Join(", ", All.Select(s => s.Name))}, or points21 for 21 joints that have no names here";

    private static IEnumerable<string> FaceNames() => Enumerable.Range(0, 68).Select(i => $"face_{i}");

    private static IEnumerable<string> HandNames(string side) =>
        [$"{side}_hand_root", .. Fingers.SelectMany(f => Enumerable.Range(1, 4).Select(i => $"{side}_{f}{i}"))];

    private static IEnumerable<(int, int)> HandLinks(int root)
    {
        for (var finger = 0; finger < Fingers.Length; finger++)
        {
            var first = root + 1 + 4 * finger;
            yield return (root, first);
            for (var i = 0; i < 3; i++) { yield return (first + i, first + i + 1); }
        }
    }
}
