using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Models;

/// <summary>A network that is known and not run.</summary>
/// <param name="Name">What it is, with its article.</param>
/// <param name="Advice">What to bring instead.</param>
internal sealed record ForeignNetwork(string Name, string Advice);

/// <summary>
/// Public networks that people try to import and that no family reads, by the shapes of their inputs and outputs: "it fits no family" helps
/// nobody who only took the wrong one of several exports.
/// </summary>
internal static class ForeignNetworks
{
    /// <summary>What rows are that no family reads: their shapes are those of detectors, so only refused values make them this.</summary>
    public static readonly ForeignNetwork Further = new(
        "a YOLO network with further numbers in each row (poses of several classes, joints without scores, or oriented boxes)",
        "export a pose network of one class whose joints have x, y and score, or a detector");

    private static readonly ForeignNetwork
        Segmentation = new("a segmentation (a value for each pixel), not a pose network", "bring a pose network or a detector"),
        Masks = new("a YOLO segmentation network (boxes with masks)", "bring the detector or the pose variant of the same network"),
        Faces = new("YOLOv5-face (faces with five points)", "bring a detector of people or a pose network"),
        Classifier = new("a classifier (one row of class scores)", "bring a detector or a pose network"),
        Rows = new("YOLOv7 with NMS in the graph ([N,7] rows with the number of the picture)", "export it without NMS: python export.py without --end2end"),
        Plugin = new("a detector with four outputs behind its NMS (TensorRT's plug-in, TensorFlow's detection API)", "export it without NMS, or as one output [1,N,6]"),
        Nano = new("NanoDet (class scores and distributions of distances in one row)", "bring RTMDet, PicoDet, YOLOX or a YOLO instead"),
        Heads = new("the raw heads of a YOLO network, without its decoding", "export the whole network, with its last layer"),
        Apart = new("a detector with boxes and class scores apart (RT-DETR of transformers, YOLO-NAS)", "export it as ultralytics does, as one output"),
        Crowd = new("MoveNet MultiPose", "bring MoveNet Lightning or Thunder, with a detector"),
        Parts = new("a network of part affinity fields (OpenPose)", "bring a network of one of the families"),
        Mesh = new("a network of landmarks as one row (BlazePose, a face or a hand mesh)", "bring a network with heat maps, SimCC or MoveNet's output"),
        Sizes = new("a detector that also takes the picture's size (RT-DETR, PaddleDetection) and scales its boxes itself",
            "export it without that post-processing, with the picture as the only input");

    /// <summary>Null when the outputs are those of nothing that is known.</summary>
    public static ForeignNetwork? ByOutputs(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var (height, width) = input.PictureSize;
        return outputs switch
        {
            _ when outputs.Any(o => o.Shape is [1, 32, _, _]) && outputs.Any(o => o.Rank == 3) => Masks,
            [{ Shape: [1, var rows, 16] }] when YoloGrid.RowsPerCell(rows, height, width) == 3 => Faces,
            [{ Shape: [_, 7] }] => Rows,
            [{ Shape: [1, 6, 56] }] when input.Element == typeof(int) => Crowd,
            [{ Shape: [1, 38 or 57, _, _] }, ..] or [_, { Shape: [1, 38 or 57, _, _] }] => Parts,
            [{ Shape: [1, not 3, var rows, var columns] }] when rows == height && columns == width => Segmentation,
            _ when outputs.Count >= 3 && outputs.All(o => o.Rank is 4 or 5 && IsHead(o.Shape, height)) => Heads,
            [{ Shape: [1, var rows, 112] }] when YoloGrid.RowsPerCell(rows, height, width) == 1 => Nano,
            [{ Shape: [1, var first, var second] }] when YoloGrid.RowsPerCell(first, height, width) + YoloGrid.RowsPerCell(second, height, width) > 0 => Further,
            _ when outputs.Count == 4 && outputs.Any(o => o.Shape is [1, 1] or [1]) && outputs.Any(o => o.Shape is [1, _, 4]) => Plugin,
            _ when outputs.Count == 2 && outputs.Any(o => o.Shape is [1, _, 4]) && outputs.All(o => o.Rank == 3) => Apart,
            [{ Shape: [_, 195 or 117 or 63 or 1404 or 1434] }, ..] => Mesh,
            [{ Shape: [1, >= 2] }] => Classifier,
            _ => null,
        };
    }

    /// <summary>Null when the inputs are those of nothing that is known.</summary>
    public static ForeignNetwork? ByInputs(IReadOnlyList<TensorShape> inputs) =>
        inputs.Count is 2 or 3 && inputs.Count(i => i.Rank == 4) == 1 && inputs.Where(i => i.Rank != 4).All(i => i.Rank <= 2) ? Sizes : null;

    private static bool IsHead(int[] shape, int height) => shape.Length == 5 ? height % shape[2] == 0 : height % shape[2] == 0 && height / shape[2] is 8 or 16 or 32 or 64;
}
