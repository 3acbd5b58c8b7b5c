using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Tracking;

/// <summary>How much two poses look like the same person: OKS where joints are seen in both, box overlap for the rest. 0..1.</summary>
internal sealed class Affinity
{
    /// <summary>Fewer common joints than this say nothing.</summary>
    private const int MinCommonJoints = 4;
    private readonly float _threshold;

    /// <summary>(2σ)² per body joint, as in COCO's OKS.</summary>
    private readonly float[] _variance;

    public Affinity(Skeleton skeleton, float jointThreshold)
    {
        _threshold = jointThreshold;
        BodyJoints = Math.Min(skeleton.BodyJoints, skeleton.Count);
        _variance = new float[BodyJoints];
        for (var j = 0; j < BodyJoints; j++) { _variance[j] = 4 * skeleton.Sigmas[j] * skeleton.Sigmas[j]; }
    }

    /// <summary>Leading joints that are compared; hands and faces of whole-body models are too small to tell people apart.</summary>
    public int BodyJoints { get; }

    /// <summary>α·OKS + (1 - α)·IoU with α = joints seen in both / joints seen in either.</summary>
    /// <param name="a">Joints of the first pose.</param>
    /// <param name="boxA">Its box.</param>
    /// <param name="b">Joints of the second pose.</param>
    /// <param name="boxB">Its box.</param>
    /// <param name="tolerance">Factor on the OKS sigmas, 1 or more: uncertainty of the prediction.</param>
    /// <param name="inflation">Factor on both boxes' sides, 1 or more.</param>
    public float Compare(ReadOnlySpan<Keypoint> a, in Box boxA, ReadOnlySpan<Keypoint> b, in Box boxB, float tolerance, float inflation)
    {
        var iou = boxA.Inflate(inflation).Iou(boxB.Inflate(inflation));
        if (!float.IsFinite(iou)) { return 0; }
        var oks = Oks(a, b, (boxA.Area + boxB.Area) / 2, tolerance, out var share);
        return share * oks + (1 - share) * iou;
    }

    /// <summary>Mean over the joints seen in both of exp(-d² / (2·(2σ·tolerance)²·area)); 0 with a share of 0 below four common
    /// joints.</summary>
    public float Oks(ReadOnlySpan<Keypoint> a, ReadOnlySpan<Keypoint> b, float area, float tolerance, out float share)
    {
        var (common, either, sum) = (0, 0, 0f);
        var scale = -1 / (2 * tolerance * tolerance * MathF.Max(1, area));
        for (var j = 0; j < BodyJoints; j++)
        {
            var (inA, inB) = (KeypointFilter.IsSeen(a[j], _threshold), KeypointFilter.IsSeen(b[j], _threshold));
            if (inA || inB) { either++; }
            if (!(inA && inB)) { continue; }
            common++;
            var (dx, dy) = (a[j].X - b[j].X, a[j].Y - b[j].Y);
            sum += MathF.Exp((dx * dx + dy * dy) * scale / _variance[j]);
        }
        share = common < MinCommonJoints ? 0 : (float)common / either;
        return common < MinCommonJoints ? 0 : sum / common;
    }

    /// <summary>Share of the joints seen in only one of two poses; 0 when neither has joints.</summary>
    public float Change(ReadOnlySpan<Keypoint> a, ReadOnlySpan<Keypoint> b)
    {
        var (changed, either) = (0, 0);
        for (var j = 0; j < BodyJoints; j++)
        {
            var (inA, inB) = (KeypointFilter.IsSeen(a[j], _threshold), KeypointFilter.IsSeen(b[j], _threshold));
            either += inA || inB ? 1 : 0;
            changed += inA != inB ? 1 : 0;
        }
        return either == 0 ? 0 : (float)changed / either;
    }
}
