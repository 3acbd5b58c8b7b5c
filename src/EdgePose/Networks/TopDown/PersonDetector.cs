using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.TopDown;

/// <summary>Finds the people of a frame with one of the supported detector networks. Not thread-safe.</summary>
internal sealed class PersonDetector
{
    private readonly INetwork _network;
    private readonly IDetectorDecoder _decoder;
    private readonly Preprocess _preprocess;
    private readonly Nms _nms = new();

    /// <param name="network">A detector.</param>
    /// <param name="decoder">Reads its outputs.</param>
    /// <param name="scoreThreshold">Smallest score, instead of the descriptor's.</param>
    /// <exception cref="UserError">The descriptor's resize rule is not one of a detector.</exception>
    public PersonDetector(INetwork network, IDetectorDecoder decoder, float? scoreThreshold = null)
    {
        var descriptor = network.Descriptor;
        if (descriptor.Input.Resize is not (ResizeRule.Letterbox or ResizeRule.Stretch))
        {
            throw new UserError(ExitCode.Model, $"model {descriptor.Name}: a detector's resize rule is letterbox or stretch, not {descriptor.Input.Resize}");
        }
        (_network, _decoder, _preprocess) = (network, decoder, new Preprocess(descriptor.Input));
        ScoreThreshold = scoreThreshold ?? descriptor.Decode.ScoreThreshold;
    }

    /// <summary>Name of the model.</summary>
    public string Model => _network.Descriptor.Name;
    public float ScoreThreshold { get; }

    /// <summary>
    /// Fills <paramref name="detections"/> (cleared first) with the people in frame pixels, clipped to the frame, best first.
    /// Boxes that are empty or not finite are dropped.
    /// </summary>
    public void Detect(Frame frame, List<Detection> detections)
    {
        detections.Clear();
        var descriptor = _network.Descriptor;
        var binding = _network.Bind(1, descriptor.Input.Height, descriptor.Input.Width);
        var placement = _preprocess.FillFrame(frame, binding);
        binding.Run();
        _decoder.Decode(binding, ScoreThreshold, detections);
        ToFrame(detections, placement);
        if (_decoder.Nms == NmsRule.PlusOnePixel) { _nms.Apply(detections, descriptor.Decode.NmsThreshold, plusOnePixel: true); }
        Clip(detections, frame);
        if (_decoder.Nms == NmsRule.Iou) { _nms.Apply(detections, descriptor.Decode.NmsThreshold, plusOnePixel: false); }
        if (_decoder.Nms == NmsRule.None) { _nms.Sort(detections); }
    }

    private static void ToFrame(List<Detection> detections, in Placement placement)
    {
        var kept = 0;
        foreach (ref readonly var d in CollectionsMarshal.AsSpan(detections))
        {
            var (x1, y1) = placement.ToFrame(d.Box.X1, d.Box.Y1);
            var (x2, y2) = placement.ToFrame(d.Box.X2, d.Box.Y2);
            var finite = float.IsFinite(x1) && float.IsFinite(y1) && float.IsFinite(x2) && float.IsFinite(y2) && float.IsFinite(d.Score);
            if (finite) { detections[kept++] = new Detection(new Box(x1, y1, x2, y2), d.Score); }
        }
        detections.RemoveRange(kept, detections.Count - kept);
    }

    private static void Clip(List<Detection> detections, Frame frame)
    {
        var kept = 0;
        foreach (ref readonly var d in CollectionsMarshal.AsSpan(detections))
        {
            var box = d.Box.Clip(frame.Width, frame.Height);
            if (!box.IsEmpty) { detections[kept++] = new Detection(box, d.Score); }
        }
        detections.RemoveRange(kept, detections.Count - kept);
    }
}
