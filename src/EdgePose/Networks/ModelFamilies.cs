using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.CenterNet;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.Hourglass;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Families.PicoDet;
using EdgePose.Networks.Families.Rtmdet;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.Families.YoloPose;
using EdgePose.Networks.Families.Yolox;

namespace EdgePose.Networks;

/// <summary>Every family of networks: the one list.</summary>
internal static class ModelFamilies
{
    /// <summary>In the order in which a network is recognised: the first family that claims it has it.</summary>
    public static readonly IReadOnlyList<IModelFamily> All =
    [
        new LitePoseFamily(),
        new SimccFamily(),
        new HeatmapFamily(),
        new HourglassFamily(),
        new MoveNetFamily(),
        new YoloPoseFamily(),
        new YoloxFamily(),
        new YoloObjectFamily(),
        new YoloFamily(),
        new YoloNmsFamily(),
        new DetrFamily(),
        new EndToEndFamily(),
        new RtmdetFamily(),
        new PicoDetFamily(),
        new CenterNetFamily(),
    ];

    /// <summary>As descriptors call them.</summary>
    public static IEnumerable<string> Words => All.Select(f => f.Kind.Word);

    public static IModelFamily Of(ModelKind kind) =>
        All.FirstOrDefault(f => f.Kind == kind) ?? throw new ArgumentException($"the family {kind.Word} is not listed", nameof(kind));

    /// <summary>Null for a word that is no family's.</summary>
    public static IModelFamily? Find(string word) => All.FirstOrDefault(f => f.Kind.Word == word);
}
