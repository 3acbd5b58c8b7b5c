using EdgePose.Domain;

namespace EdgePose.Inference.TopDown;

/// <summary>Runs a top-down network on one box after another. Loops over batches of one: on CPUs larger batches gain nothing.</summary>
internal sealed class PoseHead
{
    /// <summary>Joints above this score enter the instance score (open-mmlab/mmpose:mmpose/evaluation/metrics/coco_metric.py).</summary>
    public const float InstanceScoreThreshold = 0.2f;

    private readonly INetwork _network;
    private readonly Preprocess _preprocess;
    private readonly IPoseDecoder _decoder;

    /// <exception cref="UserError">The descriptor is not one of a top-down model.</exception>
    public PoseHead(INetwork network)
    {
        var descriptor = network.Descriptor;
        _decoder = descriptor.Kind switch
        {
            ModelKind.Simcc => new SimccDecoder(descriptor),
            ModelKind.Heatmap or ModelKind.HourglassPrinceton => new HeatmapDecoder(descriptor),
            ModelKind.MoveNetSingle => new MoveNetDecoder(descriptor),
            _ => throw new UserError(ExitCode.Model, $"model {descriptor.Name} ({descriptor.Kind}) is no top-down pose model"),
        };
        (_network, _preprocess) = (network, new Preprocess(descriptor.Input));
    }

    public ModelDescriptor Descriptor => _network.Descriptor;

    /// <summary>Fills <paramref name="pose"/> from the crop of <paramref name="box"/> times <paramref name="padding"/>; a box that is empty or not finite gives missing joints.</summary>
    public void Estimate(Frame frame, in Box box, float padding, float boxScore, Pose pose)
    {
        pose.Box = box;
        pose.Points.AsSpan().Fill(Keypoint.Missing);
        if (!box.IsEmpty && float.IsFinite(box.Width) && float.IsFinite(box.Height) && float.IsFinite(box.CenterX + box.CenterY))
        {
            var (width, height) = (Descriptor.Input.Width, Descriptor.Input.Height);
            var binding = _network.Bind(1, height, width);
            var crop = Placements.Crop(box, width, height, padding, _decoder.Udp);
            _preprocess.FillWarp(frame, crop, binding);
            binding.Run();
            _decoder.Decode(binding, crop, pose.Points);
        }
        pose.Score = boxScore * MeanScore(pose);
    }

    private static float MeanScore(Pose pose)
    {
        var (sum, count) = (0f, 0);
        foreach (ref readonly var p in pose.Points.AsSpan())
        {
            if (p.IsFound && p.Score > InstanceScoreThreshold) { sum += p.Score; count++; }
        }
        return count == 0 ? 0 : sum / count;
    }
}
