using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.People.Flow;
using EdgePose.People.Listing;
using EdgePose.People.Persons;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;

namespace EdgePose.People;

/// <summary>
/// From a frame of one stream to its people: the planner says what the networks look at, the tracker says who it is, and predicts whom
/// nobody looked at. Runs on the inference thread and allocates nothing per frame; the counters may be read from anywhere.
/// </summary>
internal sealed class PeoplePipeline
{
    private readonly IPoseEstimator _estimator;
    private readonly Crowd _crowd;
    private readonly Tracker? _tracker;
    private readonly FramePlanner _planner;
    private readonly ListingRule _listing;
    private readonly PoseList _poses;
    private readonly FlowPropagation? _flow;
    private long _gated, _predicted, _people, _numbersBefore;

    /// <param name="estimator">Not shared with another stream.</param>
    /// <param name="tracking">Switched off: every person of every frame is a new one, and every frame is measured.</param>
    /// <param name="skipping">When frames may be left out.</param>
    /// <param name="listing">Who is published; null = as by default.</param>
    public PeoplePipeline(IPoseEstimator estimator, TrackerSettings tracking, SkippingSettings skipping, ListingSettings? listing = null)
    {
        (_estimator, _crowd) = (estimator, new Crowd(estimator.Skeleton, tracking.JointThreshold));
        if (estimator is IFollowingEstimator following) { following.FollowIn(_crowd); }
        _tracker = tracking.Enabled ? new Tracker(_crowd, estimator.Skeleton, tracking) : null;
        _planner = new FramePlanner(_crowd, skipping with { Enabled = skipping.Enabled && tracking.Enabled }, estimator.HasDetector);
        if (skipping.Propagate && tracking.Enabled) { _flow = new FlowPropagation(_crowd, estimator.Skeleton.Count, skipping.JointThreshold); }
        _listing = new ListingRule(estimator.Skeleton, listing ?? new ListingSettings(), tracking.JointThreshold);
        _poses = new PoseList(estimator.Skeleton.Count);
        People = new TrackedPoseList(estimator.Skeleton.Count);
    }

    /// <summary>Told when the networks are done and the tracker begins; for measurements.</summary>
    public Action? BeforeTracking { get; init; }

    public Skeleton Skeleton => _estimator.Skeleton;

    /// <summary>Name of the pose model, as published.</summary>
    public string Model => _estimator.Model;

    /// <summary>As <see cref="IPoseEstimator.PreferredFrame"/>.</summary>
    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => _estimator.PreferredFrame(sourceWidth, sourceHeight);

    /// <summary>The people of the latest frame.</summary>
    public TrackedPoseList People { get; }

    /// <summary>Frames for which no network ran.</summary>
    public long FramesGated => Interlocked.Read(ref _gated);

    /// <summary>People listed without a measurement in that frame, summed over the frames.</summary>
    public long PredictedPeople => Interlocked.Read(ref _predicted);
    public long DetectorRuns => _estimator.DetectorRuns;
    public long PoseRuns => _estimator.PoseRuns;

    /// <summary>The highest track number listed so far; 0 = none.</summary>
    public long LastTrack { get; private set; }

    /// <summary>Counts on from the track numbers of an earlier pipeline of the same stream. Only before the first frame.</summary>
    public void ContinueAfter(long track) => _numbersBefore = track;

    /// <summary>Fills <see cref="People"/> for <paramref name="frame"/>; false when there is nothing to say about it, because nobody looked
    /// and nobody can be predicted without a tracker.</summary>
    /// <param name="frame">The next frame of the stream.</param>
    /// <param name="seconds">Its capture time.</param>
    /// <param name="quality">What the load controller grants.</param>
    public bool Process(Frame frame, double seconds, Quality quality)
    {
        if (_tracker is { } tracker) { ProcessTracked(tracker, frame, seconds, quality); }
        else if (!ProcessUntracked(frame, seconds, quality)) { return false; }
        _listing.Apply(_crowd, People, frame.Width, frame.Height);
        CountPredicted();
        for (var i = 0; i < People.Count; i++)
        {
            People[i].Track += _numbersBefore;
            LastTrack = Math.Max(LastTrack, People[i].Track);
        }
        _crowd.Forget();
        return true;
    }

    private void ProcessTracked(Tracker tracker, Frame frame, double seconds, Quality quality)
    {
        tracker.Predict(seconds, People);
        var situation = new Situation(tracker.IsUnsettled, tracker.HasLost, _estimator.WantsDetector);
        var look = _planner.Plan(frame, seconds, situation, quality);
        foreach (var person in _crowd.Tracked)
        {
            if (person.Listed is not null) { person.Track.RepeatsLast = _planner.ShowsNoMotion(person); }
        }
        if (look)
        {
            _estimator.Estimate(frame, _planner.Look, _poses);
            BeforeTracking?.Invoke();
            tracker.Update(_poses, frame.Info.Epoch, seconds, _planner.Look.LeftOut, People);
            _planner.Learn(tracker.IsUnsettled);
        }
        else
        {
            tracker.Predict(seconds, People);
            Interlocked.Increment(ref _gated);
        }
        if (_planner.WillPropagate(quality) || IsAnybodyPropagated()) { _flow?.Apply(frame); }
        else { _flow?.Forget(); }
    }

    /// <summary>Every person of every frame is a new one.</summary>
    private bool ProcessUntracked(Frame frame, double seconds, Quality quality)
    {
        People.Clear();
        if (!_planner.Plan(frame, seconds, new Situation(false, false, _estimator.WantsDetector), quality))
        {
            Interlocked.Increment(ref _gated);
            return false;
        }
        _estimator.Estimate(frame, _planner.Look, _poses);
        _planner.Learn(isUnsettled: false);
        for (var i = 0; i < _poses.Count; i++)
        {
            var (pose, person) = (_poses[i], People.Add());
            pose.Points.CopyTo(person.Points, 0);
            pose.Points.CopyTo(person.Measured, 0);
            (person.Track, person.Person, person.Score, person.Box) = (++_people, pose.Person, pose.Score, pose.Box);
            (person.Source, person.AgeMs) = (PoseSource.Measured, 0);
        }
        return true;
    }

    private bool IsAnybodyPropagated()
    {
        for (var i = 0; i < People.Count; i++)
        {
            if (People[i].Source == PoseSource.Propagated) { return true; }
        }
        return false;
    }

    private void CountPredicted()
    {
        var predicted = 0;
        for (var i = 0; i < People.Count; i++) { predicted += People[i].Source == PoseSource.Measured ? 0 : 1; }
        Interlocked.Add(ref _predicted, predicted);
    }
}
