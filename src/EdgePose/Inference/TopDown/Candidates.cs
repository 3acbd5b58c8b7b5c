using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.Inference.TopDown;

/// <summary>Origin of a candidate box, in ascending rank (open-mmlab/mmdeploy:csrc/mmdeploy/codebase/mmpose/pose_tracker).</summary>
internal enum CandidateRank { Missing, Detected, Visible }

/// <summary>A box to run the pose network on.</summary>
/// <param name="Box">Frame pixels.</param>
/// <param name="Padding">Margin that the crop adds.</param>
/// <param name="Score">Detector score.</param>
/// <param name="Rank">Where it comes from.</param>
/// <param name="Person">Index of the tracked person, -1 for a detection.</param>
/// <param name="Confirmed">True when a detection of this frame agrees.</param>
internal readonly record struct Candidate(Box Box, float Padding, float Score, CandidateRank Rank, int Person, bool Confirmed);

/// <summary>Chooses the boxes of one frame out of detections and tracked people.</summary>
internal sealed class Candidates
{
    private static readonly Comparison<(Candidate Candidate, int Index)> BestFirst = static (a, b) =>
        a.Candidate.Rank != b.Candidate.Rank ? b.Candidate.Rank.CompareTo(a.Candidate.Rank)
        : a.Candidate.Score != b.Candidate.Score ? b.Candidate.Score.CompareTo(a.Candidate.Score)
        : a.Index.CompareTo(b.Index);

    private readonly List<(Candidate Candidate, int Index)> _all = [];
    private readonly List<Candidate> _chosen = [];

    public int Count => _chosen.Count;
    public Candidate this[int index] => _chosen[index];

    /// <summary>
    /// Visible people first, then detections, then people not seen last time, each by score; of boxes with an IoU above
    /// <paramref name="iou"/> the first stays, and takes the score of a detection that it covers; at most <paramref name="limit"/>.
    /// </summary>
    public void Choose(List<Detection> detections, List<TrackedPerson> people, float padding, float iou, int limit)
    {
        _all.Clear();
        _chosen.Clear();
        for (var i = 0; i < people.Count; i++)
        {
            var person = people[i];
            var rank = person.IsVisible ? CandidateRank.Visible : CandidateRank.Missing;
            _all.Add((new Candidate(person.Box, person.Padding, person.Score, rank, i, false), _all.Count));
        }
        foreach (var d in detections)
        {
            _all.Add((new Candidate(d.Box, padding, d.Score, CandidateRank.Detected, -1, true), _all.Count));
        }
        CollectionsMarshal.AsSpan(_all).Sort(BestFirst);
        foreach (var (candidate, _) in _all)
        {
            var covering = Covering(candidate, iou);
            if (covering < 0) { _chosen.Add(candidate); }
            else if (candidate.Rank == CandidateRank.Detected && !_chosen[covering].Confirmed)
            {
                _chosen[covering] = _chosen[covering] with { Score = candidate.Score, Confirmed = true };
            }
        }
        if (_chosen.Count > limit) { _chosen.RemoveRange(limit, _chosen.Count - limit); }
    }

    private int Covering(in Candidate candidate, float iou)
    {
        for (var i = 0; i < _chosen.Count; i++)
        {
            if (_chosen[i].Box.Iou(candidate.Box) > iou) { return i; }
        }
        return -1;
    }
}
