using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.TopDown;

/// <summary>
/// People by detector and crop: the detector runs when asked, or on every N-th frame when nobody plans it; in between the boxes come from
/// the previous poses. A person that is lost or leaves the picture brings the next detection forward to the following frame.
/// </summary>
internal sealed class TopDownEstimator : IBoxEstimator, IFollowingEstimator
{
    private readonly PersonDetector? _detector;
    private readonly PoseHead _head;
    private readonly TopDownOptions _options;
    private readonly float _jointThreshold;
    private readonly float _padding, _followedPadding;
    private readonly List<Detection> _detections = [];
    private readonly CandidateBoxes _candidates = new();
    private readonly List<FollowedPerson> _next = [];
    private readonly List<FollowedPerson> _leftOut = [];
    private readonly Look _own = new();
    private IFollowedPeople _people;
    private string? _stream;
    private int _epoch, _width, _height;
    private int _untilDetection;
    private bool _detectEarly, _fresh;
    private long _detectorRuns, _poseRuns;

    /// <param name="detector">Not shared with another stream; null when only <see cref="EstimateBoxes"/> is used.</param>
    /// <param name="head">A top-down pose model.</param>
    /// <param name="skeleton">Its joints.</param>
    /// <param name="options">Settings.</param>
    public TopDownEstimator(PersonDetector? detector, PoseHead head, Skeleton skeleton, TopDownOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DetectEvery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPeople, 1);
        (_detector, _head, Skeleton, _options) = (detector, head, skeleton, options);
        _jointThreshold = options.JointThreshold ?? head.Descriptor.Decode.JointThreshold;
        (_padding, _followedPadding) = (head.Descriptor.Decode.Padding, head.Descriptor.Decode.FollowedPadding);
        _people = new FollowedPeople(skeleton.Count);
    }

    public Skeleton Skeleton { get; }
    public string Model => _head.Descriptor.Name;
    public bool HasDetector => true;
    public bool WantsDetector => _detectEarly;
    public long DetectorRuns => Interlocked.Read(ref _detectorRuns);
    public long PoseRuns => Interlocked.Read(ref _poseRuns);

    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight)
    {
        var longest = Math.Max(sourceWidth, sourceHeight);
        if (_options.MaxFrameSide <= 0 || longest <= _options.MaxFrameSide) { return (sourceWidth, sourceHeight); }
        var scale = (double)_options.MaxFrameSide / longest;
        return (Math.Max(1, (int)Math.Round(sourceWidth * scale)), Math.Max(1, (int)Math.Round(sourceHeight * scale)));
    }

    public void FollowIn(IFollowedPeople people) => _people = people;

    /// <exception cref="InvalidOperationException">The estimator was made without a detector.</exception>
    public void Estimate(Frame frame, PoseList poses)
    {
        ResetOnChange(frame);
        var detect = _detectEarly || _untilDetection <= 0;
        if (detect) { _untilDetection = _options.DetectEvery; }
        _untilDetection--;
        _own.Begin(detect);
        Estimate(frame, _own, poses);
    }

    /// <exception cref="InvalidOperationException">The estimator was made without a detector.</exception>
    public void Estimate(Frame frame, Look look, PoseList poses)
    {
        var detector = _detector ?? throw new InvalidOperationException("an estimator without a detector only takes boxes");
        poses.Clear();
        ResetOnChange(frame);
        var detecting = look.Detect || _fresh;
        _fresh = false;
        _detections.Clear();
        if (detecting)
        {
            detector.Detect(frame, _detections);
            _detectEarly = false;
            Interlocked.Increment(ref _detectorRuns);
        }
        _candidates.Choose(_detections, _people, look, _padding, _options.BoxNms, Math.Min(_options.MaxPeople, look.MaxPeople));
        _next.Clear();
        _leftOut.Clear();
        _head.Begin();
        for (var i = 0; i < _candidates.Count; i++)
        {
            if (!_candidates[i].IsLeftOut) { _head.Announce(_candidates[i].Box, _candidates[i].Padding); }
        }
        for (var i = 0; i < _candidates.Count; i++)
        {
            if (_candidates[i].IsLeftOut) { LeaveOut(_candidates[i], detecting, look); }
            else { Measure(frame, _candidates[i], detecting, poses); }
        }
        RemoveDuplicates(poses);
        Follow();
        for (var i = poses.Count - 1; i >= 0; i--)
        {
            if (poses[i].Score < _options.MinScore) { poses.RemoveAt(i); }
            else { poses[i].Box = poses[i].Box.Clip(frame.Width, frame.Height); }
        }
    }

    public void EstimateBoxes(Frame frame, ReadOnlySpan<Detection> boxes, PoseList poses)
    {
        poses.Clear();
        _head.Begin();
        foreach (ref readonly var d in boxes) { _head.Announce(d.Box, _padding); }
        foreach (ref readonly var d in boxes) { _head.Estimate(frame, d.Box, _padding, d.Score, poses.Add()); }
    }

    private void ResetOnChange(Frame frame)
    {
        var info = frame.Info;
        if (info.Stream == _stream && info.Epoch == _epoch && frame.Width == _width && frame.Height == _height) { return; }
        (_stream, _epoch, _width, _height) = (info.Stream, info.Epoch, frame.Width, frame.Height);
        _next.Clear();
        _people.Keep(_next);
        (_untilDetection, _detectEarly, _fresh) = (0, false, true);
    }

    private void LeaveOut(in CandidateBox candidate, bool detecting, Look look)
    {
        var person = _people[candidate.Person];
        person.LeaveOut(candidate, detecting);
        _leftOut.Add(person);
        look.WasLeftOut(person.Id);
    }

    // poses and _next stay parallel: both get an entry or neither.
    private void Measure(Frame frame, in CandidateBox candidate, bool detecting, PoseList poses)
    {
        var pose = poses.Add();
        Interlocked.Increment(ref _poseRuns);
        _head.Estimate(frame, candidate.Box, candidate.Padding, candidate.Score, pose);
        var sighting = FollowedPerson.Judge(pose, Skeleton, _jointThreshold);
        // Lost: the next frame needs the detector. Somebody who was not seen well before was never held.
        _detectEarly |= candidate.Rank == CandidateRank.Visible && sighting != Sighting.Visible;
        var unconfirmed = detecting && candidate.Rank == CandidateRank.Missing && sighting == Sighting.Weak;
        if (sighting == Sighting.Nobody || unconfirmed) { poses.RemoveAt(poses.Count - 1); return; }
        var previous = candidate.Person < 0 ? null : _people[candidate.Person];
        var person = previous ?? _people.Begin();
        pose.Person = person.Id;
        person.Update(pose, sighting, candidate, previous, Skeleton,
            new FollowRule(frame.Width, frame.Height, _jointThreshold, _followedPadding, detecting));
        _next.Add(person);
    }

    // Of two poses on one person the better one stays.
    private void RemoveDuplicates(PoseList poses)
    {
        for (var i = 0; i < poses.Count; i++)
        {
            for (var k = i + 1; k < poses.Count; k++)
            {
                if (PoseSimilarity.Oks(poses[i], poses[k], Skeleton, _jointThreshold) <= _options.PoseNms) { continue; }
                var worse = poses[k].Score > poses[i].Score ? i : k;
                Drop(worse, poses);
                if (worse == i) { k = i; } else { k--; }
            }
        }
        for (var i = poses.Count - 1; i >= 0; i--)
        {
            foreach (var person in _leftOut)
            {
                if (PoseSimilarity.Oks(poses[i], person.LastPose, Skeleton, _jointThreshold) <= _options.PoseNms) { continue; }
                Drop(i, poses);
                break;
            }
        }
    }

    private void Drop(int index, PoseList poses)
    {
        poses.RemoveAt(index);
        _next.RemoveAt(index);
    }

    private void Follow()
    {
        _next.AddRange(_leftOut);
        for (var i = _next.Count - 1; i >= 0; i--)
        {
            var (left, doubtful) = (_next[i].HasLeft, _next[i].Unconfirmed >= FollowedPerson.MaxUnconfirmed);
            if (!left && !doubtful) { continue; }
            _detectEarly |= left;
            _next.RemoveAt(i);
        }
        _people.Keep(_next);
    }
}
