using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.TopDown;

/// <summary>
/// Runs a top-down network on boxes. Where the network gains from batches, boxes that were announced by <see cref="Announce"/> go through it
/// together when the first of them is asked for; otherwise, as on CPUs, one after another.
/// </summary>
internal sealed class PoseHead
{
    /// <summary>Joints above this score enter the instance score (open-mmlab/mmpose:mmpose/evaluation/metrics/coco_metric.py).</summary>
    public const float InstanceScoreThreshold = 0.2f;

    private readonly INetwork _network;
    private readonly Preprocess _preprocess;
    private readonly IPoseDecoder _decoder;
    private readonly List<(Box Box, float Padding)> _announced = [];
    private readonly Placement[] _crops;
    private Binding? _ran;
    private int _next, _first, _end;

    /// <param name="network">A top-down model.</param>
    /// <param name="decoder">Reads its outputs.</param>
    public PoseHead(INetwork network, IPoseDecoder decoder)
    {
        (_network, _decoder) = (network, decoder);
        (_preprocess, _crops) = (new Preprocess(network.Descriptor.Input), new Placement[network.MaxBatch]);
    }

    public ModelDescriptor Descriptor => _network.Descriptor;

    /// <summary>Forgets what was announced: another frame begins.</summary>
    public void Begin()
    {
        _announced.Clear();
        (_next, _first, _end, _ran) = (0, 0, 0, null);
    }

    /// <summary>Announces a box of this frame; to be asked for in the same order by <see cref="Estimate"/>.</summary>
    public void Announce(in Box box, float padding)
    {
        if (_crops.Length > 1 && IsUsable(box)) { _announced.Add((box, padding)); }
    }

    /// <summary>Fills <paramref name="pose"/> from the crop of <paramref name="box"/> times <paramref name="padding"/>; a box that is empty or not finite gives missing joints.</summary>
    public void Estimate(Frame frame, in Box box, float padding, float boxScore, Pose pose)
    {
        pose.Box = box;
        pose.Points.AsSpan().Fill(Keypoint.Missing);
        if (IsUsable(box))
        {
            var announced = _next < _announced.Count && _announced[_next] == (box, padding);
            if (announced) { DecodeAnnounced(frame, pose); }
            else { EstimateOne(frame, box, padding, pose); }
        }
        pose.Score = boxScore * MeanScore(pose);
    }

    private static bool IsUsable(in Box box) =>
        !box.IsEmpty && float.IsFinite(box.Width) && float.IsFinite(box.Height) && float.IsFinite(box.CenterX + box.CenterY);

    private void EstimateOne(Frame frame, in Box box, float padding, Pose pose)
    {
        var (width, height) = (Descriptor.Input.Width, Descriptor.Input.Height);
        var binding = _network.Bind(1, height, width);
        var crop = Placements.Crop(box, width, height, padding, _decoder.Udp);
        _preprocess.FillWarp(frame, crop, binding);
        binding.Run();
        _decoder.Decode(binding, 0, crop, pose.Points);
    }

    private void DecodeAnnounced(Frame frame, Pose pose)
    {
        if (_next >= _end) { RunBatch(frame); }
        _decoder.Decode(_ran!, _next - _first, _crops[_next - _first], pose.Points);
        _next++;
    }

    /// <summary>Runs the next announced boxes: as many as fit, in the smallest power of two that holds them. What is left of the batch is not read.</summary>
    private void RunBatch(Frame frame)
    {
        var count = Math.Min(_announced.Count - _next, _crops.Length);
        var (width, height) = (Descriptor.Input.Width, Descriptor.Input.Height);
        _ran = _network.Bind((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count), height, width);
        for (var i = 0; i < count; i++)
        {
            var (box, padding) = _announced[_next + i];
            _crops[i] = Placements.Crop(box, width, height, padding, _decoder.Udp);
            _preprocess.FillWarp(frame, _crops[i], _ran, i);
        }
        _ran.Run();
        (_first, _end) = (_next, _next + count);
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
