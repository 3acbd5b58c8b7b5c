using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>What remains to be suppressed after a network's own post-processing.</summary>
internal enum NmsRule
{
    /// <summary>The graph has done it.</summary>
    None,

    /// <summary>Plain IoU of the boxes clipped to the frame.</summary>
    Iou,

    /// <summary>YOLOX: sides count one pixel more, boxes in frame pixels but not clipped yet.</summary>
    PlusOnePixel,
}

/// <summary>Reads person boxes from a detector's outputs.</summary>
internal interface IDetectorDecoder
{
    NmsRule Nms { get; }

    /// <summary>
    /// Appends the persons of at least <paramref name="threshold"/> in input pixels, in any order, suppressed or not. Values that are not
    /// finite may get through: the caller discards such boxes.
    /// </summary>
    /// <exception cref="UserError">The outputs do not have the shapes of the kind.</exception>
    void Decode(Binding binding, float threshold, List<Detection> people);
}
