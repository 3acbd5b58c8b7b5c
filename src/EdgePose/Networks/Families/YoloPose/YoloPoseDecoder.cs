using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.YoloPose;

/// <summary>
/// Reads people out of rows of box and joints (ultralytics/ultralytics:ultralytics/nn/modules/head.py, WongKinYiu/yolov7:models/yolo.py).
/// Coordinates are input pixels or parts of the input, which each row shows by itself.
/// </summary>
internal sealed class YoloPoseDecoder(ModelDescriptor descriptor, int joints)
{
    private static readonly Comparison<(Detection Found, int Row)> BestFirst = static (a, b) =>
        a.Found.Score != b.Found.Score ? b.Found.Score.CompareTo(a.Found.Score) : a.Row.CompareTo(b.Row);

    private readonly List<(Detection Found, int Row)> _people = [];

    /// <summary>Appends the people of at least <paramref name="threshold"/> in frame pixels, best first, at most <paramref name="most"/>.</summary>
    /// <exception cref="UserError">The outputs do not have the shapes of the kind, or not that many joints.</exception>
    public void Decode(Binding binding, in Placement placement, float threshold, int most, PoseList poses)
    {
        var rows = Rows(binding, out var form);
        Collect(rows, form, threshold);
        Suppress();
        for (var i = 0; i < _people.Count && i < most; i++)
        {
            var (found, row) = _people[i];
            var pose = poses.Add();
            (pose.Score, pose.Box) = (found.Score, ToFrame(found.Box, placement));
            Read(rows, row, form, placement, pose.Points);
        }
    }

    /// <summary>
    /// Refuses the outputs of a detector that has as many classes as the joints have numbers: a network of joints places them all over the
    /// picture, and one that has chosen its rows numbers their class.
    /// </summary>
    /// <exception cref="UserError">They are.</exception>
    public void CheckValues(Binding binding)
    {
        const float LeastMean = 0.05f;
        var rows = Rows(binding, out var form);
        var (sum, whole, zero) = (0.0, true, true);
        for (var row = 0; row < rows.Count; row++)
        {
            sum += MathF.Abs(rows[row, First(form)]);
            whole &= rows[row, 5] == MathF.Round(rows[row, 5]);
            zero &= rows[row, 2] == 0;
        }
        if (!zero && (form == YoloPoseForm.Chosen ? !whole : sum < LeastMean * rows.Count)) { throw Mismatch(binding); }
    }

    private void Collect(YoloRows rows, YoloPoseForm form, float threshold)
    {
        _people.Clear();
        for (var row = 0; row < rows.Count; row++)
        {
            var score = rows[row, 4];
            if (form == YoloPoseForm.Anchors) { score *= rows[row, 5]; }
            if (!(score >= threshold) || (form == YoloPoseForm.Chosen && rows[row, 5] != descriptor.Decode.PersonClass)) { continue; }
            var box = form == YoloPoseForm.Chosen ? rows.Cornered(row) : rows.Centred(row);
            if (float.IsFinite(box.Width) && float.IsFinite(box.Height) && float.IsFinite(box.CenterX + box.CenterY) && !box.IsEmpty)
            {
                _people.Add((new Detection(box, score), row));
            }
        }
    }

    private void Suppress()
    {
        CollectionsMarshal.AsSpan(_people).Sort(BestFirst);
        var (count, kept) = (Math.Min(_people.Count, Nms.MaxCandidates), 0);
        for (var i = 0; i < count; i++)
        {
            var covered = false;
            for (var k = 0; k < kept && !covered; k++) { covered = _people[k].Found.Box.Iou(_people[i].Found.Box) > descriptor.Decode.NmsThreshold; }
            if (!covered) { _people[kept++] = _people[i]; }
        }
        _people.RemoveRange(kept, _people.Count - kept);
    }

    private static void Read(YoloRows rows, int row, YoloPoseForm form, in Placement placement, Span<Keypoint> points)
    {
        var (sx, sy) = form == YoloPoseForm.Chosen
            ? rows.Scale(rows[row, 2], rows[row, 3])
            : rows.Scale(MathF.Max(rows[row, 0], rows[row, 2]), MathF.Max(rows[row, 1], rows[row, 3]));
        for (int k = 0, column = First(form); k < points.Length; k++, column += 3)
        {
            var (x, y, score) = (rows[row, column] * sx, rows[row, column + 1] * sy, rows[row, column + 2]);
            if (!float.IsFinite(x) || !float.IsFinite(y) || !(score > 0)) { continue; }
            var (px, py) = placement.ToFrame(x, y);
            points[k] = new Keypoint(px, py, score);
        }
    }

    private static Box ToFrame(in Box box, in Placement placement)
    {
        var (x1, y1) = placement.ToFrame(box.X1, box.Y1);
        var (x2, y2) = placement.ToFrame(box.X2, box.Y2);
        return new Box(x1, y1, x2, y2);
    }

    // The column of the first joint.
    private static int First(YoloPoseForm form) => form == YoloPoseForm.Cells ? 5 : 6;

    private YoloRows Rows(Binding binding, out YoloPoseForm form)
    {
        (form, var found) = binding.Outputs is [{ Shape: var shape }] ? YoloPoseForms.Of(shape, binding.Height, binding.Width) : default;
        return found == joints ? YoloRows.Of(descriptor, binding, "") : throw Mismatch(binding);
    }

    private UserError Mismatch(Binding binding) => OutputShapes.Mismatch(
        descriptor, binding, $"rows of box, score and joints, [1,{5 + 3 * joints},A], [1,A,{5 + 3 * joints}] or [1,N,{6 + 3 * joints}]");
}
