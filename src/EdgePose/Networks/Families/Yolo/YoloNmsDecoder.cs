using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>
/// Rows [1, N, 6] of x1, y1, x2, y2, score, class (ultralytics/ultralytics:ultralytics/nn/modules/head.py), in input pixels or in parts of
/// the input; rows that are not needed have a score of 0. What the graph has left to suppress is little, for some exports choose by score alone.
/// </summary>
internal sealed class YoloNmsDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.Iou;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var rows = YoloRows.Of(descriptor, binding, "detections [1,N,6]");
        if (rows.Columns != 6) { throw OutputShapes.Mismatch(descriptor, binding, "detections [1,N,6]"); }
        for (var row = 0; row < rows.Count; row++)
        {
            if (!(rows[row, 4] >= threshold) || rows[row, 5] != descriptor.Decode.PersonClass) { continue; }
            people.Add(new Detection(rows.Cornered(row), rows[row, 4]));
        }
    }
}
