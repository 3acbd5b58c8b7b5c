using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>
/// Decoded rows: centre, size, and a score for each class (ultralytics/ultralytics:ultralytics/nn/modules/head.py), or an objectness before
/// them that multiplies each (ultralytics/yolov5:models/yolo.py, Megvii-BaseDetection/YOLOX:yolox/models/yolo_head.py).
/// </summary>
internal sealed class YoloDecoder(ModelDescriptor descriptor, bool objectness) : IDetectorDecoder
{
    private readonly string _form = objectness ? "rows [1,A,5+classes] with decoded boxes" : "rows [1,4+classes,A] or [1,A,4+classes] with decoded boxes";
    private readonly int _classes = objectness ? 5 : 4;

    public NmsRule Nms => NmsRule.Iou;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var rows = Rows(binding);
        var person = _classes + descriptor.Decode.PersonClass;
        for (var row = 0; row < rows.Count; row++)
        {
            var score = rows[row, person];
            if (objectness) { score *= rows[row, 4]; }
            if (score >= threshold) { people.Add(new Detection(rows.Centred(row), score)); }
        }
    }

    /// <summary>Refuses values that no decoded row has: sides below 0 are logarithms, scores beyond 1 are coordinates of something.</summary>
    /// <exception cref="UserError">There are some.</exception>
    public void CheckValues(Binding binding)
    {
        const float Slack = 0.01f;
        var rows = Rows(binding);
        for (var column = 2; column < rows.Columns; column++)
        {
            var (least, most) = rows.Range(column);
            if (least < -Slack || (column >= 4 && most > 1 + Slack))
            {
                throw OutputShapes.Mismatch(descriptor, binding, $"{_form} and scores of 0..1, but column {column} reaches from {least:0.##} to {most:0.##}");
            }
        }
    }

    private YoloRows Rows(Binding binding)
    {
        var rows = YoloRows.Of(descriptor, binding, _form);
        return rows.Columns > _classes + descriptor.Decode.PersonClass ? rows : throw OutputShapes.Mismatch(descriptor, binding, _form);
    }
}
