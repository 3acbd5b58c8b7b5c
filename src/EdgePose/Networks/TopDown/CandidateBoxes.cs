using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.TopDown;

/// <summary>Origin of a candidate box, in ascending rank (open-mmlab/mmdeploy:csrc/mmdeploy/codebase/mmpose/pose_tracker).</summary>
internal enum CandidateRank { Missing, Detected, Visible }

/// <summary>A box to run the pose network on.</summary>
/// <param name="Box">Frame pixels.</param>
/// <param name="Padding">Margin that the crop adds.</param>
/// <param name="Score">Detector score.</param>
/// <param name="Rank">Where it comes from.</param>
/// <param name="Person">Index of the tracked person, -1 for a detection.</param>
/// <param name="Confirmed">True when a detection of this frame overlaps it.</param>
/// <param name="IsLeftOut">True for a person who is not to be measured in this frame.</param>
/// <param name="MovedOn">True when the box is already where the person is expected now.</param>
internal readonly record struct CandidateBox(Box Box, float Padding, float Score, CandidateRank Rank, int Person, bool Confirmed, bool IsLeftOut = false, bool MovedOn = false);

/// <summary>Chooses the boxes of one frame out of detections and tracked people.</summary>
internal sealed class CandidateBoxes
{
    /// <summary>Loose on purpose: a box from joints and a detector's box differ where arms are raised or feet are hidden.</summary>
    private const float ConfirmingIou = 0.3f;

    /// <summary>Above this overlap a detection is the person who was left out: their pose of this frame, which would tell, is not known.</summary>
    private const float LeftOutIou = 0.45f;

    private static readonly Comparison<(CandidateBox Candidate, int Index)> BestFirst = static (a, b) =>
        a.Candidate.Rank != b.Candidate.Rank ? (int)b.Candidate.Rank - (int)a.Candidate.Rank
        : a.Candidate.Score != b.Candidate.Score ? b.Candidate.Score.CompareTo(a.Candidate.Score)
        : a.Index.CompareTo(b.Index);

    private readonly List<(CandidateBox Candidate, int Index)> _all = [];
    private readonly List<CandidateBox> _chosen = [];

    public int Count => _chosen.Count;
    public CandidateBox this[int index] => _chosen[index];

    /// <summary>
    /// Visible people first, then detections, then people not seen last time, each by score; of boxes with an IoU above
    /// <paramref name="iou"/> the first stays; at most <paramref name="limit"/>. A person whose box agrees with a detection takes its score.
    /// </summary>
    /// <param name="detections">What the detector found; empty when it did not run.</param>
    /// <param name="people">Those followed.</param>
    /// <param name="look">Who is left out, and where the others are expected.</param>
    /// <param name="padding">Margin of a detection's crop.</param>
    /// <param name="iou">See above.</param>
    /// <param name="limit">Most candidates.</param>
    public void Choose(List<Detection> detections, IFollowedPeople people, Look look, float padding, float iou, int limit)
    {
        _all.Clear();
        _chosen.Clear();
        for (var i = 0; i < people.Count; i++)
        {
            var person = people[i];
            var leftOut = look.LeavesOut(person.Id);
            var rank = person.IsVisible || leftOut ? CandidateRank.Visible : CandidateRank.Missing;
            var (x, y) = look.ShiftOf(person.Id);
            var box = new Box(person.Box.X1 + x, person.Box.Y1 + y, person.Box.X2 + x, person.Box.Y2 + y);
            var (overlap, score) = BestOverlap(box, detections);
            _all.Add((new CandidateBox(
                box, person.Padding, overlap > iou ? score : person.Score, rank, i, overlap >= ConfirmingIou, leftOut, (x, y) != (0, 0)), _all.Count));
        }
        foreach (var d in detections)
        {
            _all.Add((new CandidateBox(d.Box, padding, d.Score, CandidateRank.Detected, -1, true), _all.Count));
        }
        CollectionsMarshal.AsSpan(_all).Sort(BestFirst);
        foreach (var (candidate, _) in _all)
        {
            if (_chosen.Count == limit) { break; }
            if (!IsCovered(candidate, iou)) { _chosen.Add(candidate); }
        }
    }

    private static (float Iou, float Score) BestOverlap(in Box box, List<Detection> detections)
    {
        var (best, score) = (0f, 0f);
        foreach (var d in detections)
        {
            var overlap = box.Iou(d.Box);
            if (overlap > best) { (best, score) = (overlap, d.Score); }
        }
        return (best, score);
    }

    private bool IsCovered(in CandidateBox candidate, float iou)
    {
        foreach (var chosen in _chosen)
        {
            if (chosen.Box.Iou(candidate.Box) > (chosen.IsLeftOut ? MathF.Min(iou, LeftOutIou) : iou)) { return true; }
        }
        return false;
    }
}
