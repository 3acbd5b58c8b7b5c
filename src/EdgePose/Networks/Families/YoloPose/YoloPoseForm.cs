using EdgePose.Networks.Families.Yolo;

namespace EdgePose.Networks.Families.YoloPose;

/// <summary>What the numbers of a row are.</summary>
internal enum YoloPoseForm
{
    /// <summary>No output of a pose network.</summary>
    None,

    /// <summary>Centre, size, score, joints; for each cell.</summary>
    Cells,

    /// <summary>Centre, size, objectness, class score, joints; three for each cell (WongKinYiu/yolov7, branch pose).</summary>
    Anchors,

    /// <summary>Two corners, score, class, joints; chosen in the graph.</summary>
    Chosen,
}

internal static class YoloPoseForms
{
    /// <summary>Fewest and most joints: fewer are a detector's classes, more has no skeleton.</summary>
    private const int FewestJoints = 5, MostJoints = 150, MostChosen = 1000;

    /// <summary>The form of an output [1, first, second] of an input of that size, and its joints of x, y and score.</summary>
    public static (YoloPoseForm Form, int Joints) Of(int[] shape, int height, int width)
    {
        if (shape is not [1, var first, var second]) { return default; }
        var (rows, columns) = YoloRows.ColumnsFirst(first, second, height, width) ? (second, first) : (first, second);
        var (form, others) = (YoloGrid.RowsPerCell(rows, height, width), rows) switch
        {
            (1, _) => (YoloPoseForm.Cells, 5),
            (3, _) => (YoloPoseForm.Anchors, 6),
            (_, <= MostChosen) => (YoloPoseForm.Chosen, 6),
            _ => (YoloPoseForm.None, 0),
        };
        var joints = (columns - others) / 3;
        return form != YoloPoseForm.None && (columns - others) % 3 == 0 && joints is >= FewestJoints and <= MostJoints ? (form, joints) : default;
    }
}
