using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Tracking;

/// <summary>
/// Gives the people of one stream identities that last. Everything is measured in seconds and in the person's own size, nothing in
/// frames, so that low and irregular frame rates need no other settings. Association in rounds as in ByteTrack (high scores, then low
/// ones), on predicted poses; the observation-centric parts come from OC-SORT. Allocates only when a larger crowd than before appears.
/// Not thread-safe: one instance per stream.
/// </summary>
/// <remarks>
/// A person is listed from their second measurement on; at once in the first frame of an epoch, after a camera cut, and where frames
/// come a second or more apart. Ids rise from 1 in the order in which people are confirmed and are never used
/// again in the life of the instance, whatever happens to the epoch.
/// </remarks>
internal sealed partial class Tracker
{
    /// <summary>How long an unconfirmed track waits for its second measurement, unless fewer than two frames came meanwhile.</summary>
    private const double MaxUnconfirmed = 0.3;

    /// <summary>Two frames in a row belong together if they are at most this many seconds apart, or twice the longest absence.</summary>
    private const double MinBridge = 1;

    /// <summary>
    /// Where frames come this many seconds apart or more, nobody waits for a second measurement. Below, waiting is right: at 3 frames/s
    /// confirming at once doubles the identity switches, because every false positive becomes somebody.
    /// </summary>
    private const double MaxWait = 1;

    /// <summary>Confidence of unseen people decays as exp(-age / τ), τ in seconds.</summary>
    private const double ConfidenceDecay = 0.5;

    /// <summary>The same where the picture shows that nothing has moved: not seeing is then the smaller doubt.</summary>
    private const double HeldConfidenceDecay = 2.5;

    private readonly Skeleton _skeleton;
    private readonly TrackerSettings _options;
    private readonly Affinity _affinity;
    private readonly double _maxLost;
    private readonly Crowd _crowd;
    private long _lastId;
    private int _epoch;
    private bool _started;
    private double _now, _lastFrame, _lastTime, _shift;

    /// <summary>A tracker that is alone with its people.</summary>
    public Tracker(Skeleton skeleton, TrackerSettings options)
        : this(new Crowd(skeleton, options.JointThreshold), skeleton, options)
    {
    }

    /// <param name="crowd">The people of the stream, of whom other stages know more.</param>
    /// <param name="skeleton">Their joints.</param>
    /// <param name="options">Settings.</param>
    public Tracker(Crowd crowd, Skeleton skeleton, TrackerSettings options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxLost, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxTracks);
        (_crowd, _skeleton, _options, _maxLost) = (crowd, skeleton, options, options.MaxLost.TotalSeconds);
        _affinity = new Affinity(skeleton, options.JointThreshold);
    }

    /// <summary>Somebody was seen for the first time or missed for the first time in the latest update: a second look tells more.</summary>
    public bool IsUnsettled
    {
        get
        {
            foreach (var person in _crowd.Tracked)
            {
                var track = person.Track;
                if (!track.Stopped && track.Missed == (track.Id == 0 ? 0 : 1)) { return true; }
            }
            return false;
        }
    }

    /// <summary>Somebody known was looked for in vain and is not given up yet.</summary>
    public bool HasLost
    {
        get
        {
            foreach (var person in _crowd.Tracked)
            {
                if (person.Track is { Id: not 0, Missed: > 0, Stopped: false }) { return true; }
            }
            return false;
        }
    }

    /// <summary>As <see cref="Update(PoseList, int, double, ReadOnlySpan{long}, TrackedPoseList)"/> for a frame in which everybody was looked for.</summary>
    public void Update(PoseList poses, int epoch, double timeSeconds, TrackedPoseList result) => Update(poses, epoch, timeSeconds, [], result);

    /// <summary>Takes the people found in one frame and lists the people it knows there, in the order in which they appeared
    /// first.</summary>
    /// <param name="poses">The frame's poses; left as they are.</param>
    /// <param name="epoch">Epoch of the frame. Another epoch than before forgets every track, but not which ids were used.</param>
    /// <param name="timeSeconds">Capture time on any clock that counts seconds; time that stands still or runs backwards counts as no
    /// time passed.</param>
    /// <param name="leftOut">People (<see cref="Pose.Person"/>) whom nobody looked for in this frame: they are not missed, and listed as
    /// <see cref="Predict"/> lists them.</param>
    /// <param name="result">Cleared, then filled.</param>
    public void Update(PoseList poses, int epoch, double timeSeconds, ReadOnlySpan<long> leftOut, TrackedPoseList result)
    {
        if (poses.Joints != _skeleton.Count)
        {
            throw new ArgumentException($"the poses have {poses.Joints} joints, the skeleton {_skeleton.Count}", nameof(poses));
        }
        var fresh = !_started || epoch != _epoch;
        if (fresh) { Restart(epoch, timeSeconds); }
        var before = _lastFrame;
        Advance(timeSeconds);
        Forget();
        foreach (var person in _crowd.Tracked)
        {
            var track = person.Track;
            track.IsLeftOut = track.Missed == 0 && track.Person != 0 && leftOut.Contains(track.Person);
            if (!track.IsLeftOut) { track.Missed++; }
            track.LookAhead(_now);
        }
        Collect(poses);
        var cut = Associate(poses);
        GiveBirth(poses, confirmed: fresh || cut || _now - before >= MaxWait);
        result.Clear();
        foreach (var person in _crowd.Tracked)
        {
            var track = person.Track;
            person.Listed = null;
            if (track.Id == 0) { continue; }
            if (track.IsLeftOut) { ListLeftOut(person, _now, result); }
            else if (track.Missed == 0) { List(person, result.Add(), PoseSource.Measured, _now, ConfidenceDecay); }
            else if (_options.Predicted != PredictedPeople.None) { ListUnseen(person, _options.Predicted, _now, result); }
            track.RepeatsLast = false;
        }
    }

    /// <summary>Lists where the people known are expected at a time without measurement, such as a frame that was not processed. Changes
    /// no track. People whom the latest update missed are only listed if the options ask for it.</summary>
    /// <param name="timeSeconds">As in <see cref="Update(PoseList, int, double, TrackedPoseList)"/>.</param>
    /// <param name="result">Cleared, then filled.</param>
    public void Predict(double timeSeconds, TrackedPoseList result)
    {
        result.Clear();
        var now = _started && double.IsFinite(timeSeconds) ? Math.Max(_now, timeSeconds + _shift) : _now;
        _lastFrame = Math.Max(_lastFrame, now);
        foreach (var person in _crowd.Tracked)
        {
            var track = person.Track;
            person.Listed = null;
            if (track.Id == 0) { continue; }
            track.LookAhead(now);
            if (track.Missed == 0 && track.LastSeen == now) { List(person, result.Add(), PoseSource.Measured, now, ConfidenceDecay); }
            else if (track.Missed == 0 && !track.Stopped) { ListLeftOut(person, now, result); }
            else if (_options.Predicted != PredictedPeople.None) { ListUnseen(person, _options.Predicted, now, result); }
        }
    }

    private void Restart(int epoch, double timeSeconds)
    {
        while (_crowd.Tracked.Count > 0) { _crowd.GiveUpAt(_crowd.Tracked.Count - 1); }
        (_started, _epoch, _shift) = (true, epoch, 0);
        _lastTime = double.IsFinite(timeSeconds) ? timeSeconds : 0;
        (_now, _lastFrame) = (_lastTime, _lastTime);
    }

    /// <summary>Moves the tracker's own clock, which follows the caller's but never runs backwards: what it jumped back is added from
    /// then on.</summary>
    private void Advance(double timeSeconds)
    {
        if (!double.IsFinite(timeSeconds)) { return; }
        if (timeSeconds < _lastTime) { _shift += _lastTime - timeSeconds; }
        _lastTime = timeSeconds;
        _now = Math.Max(_now, timeSeconds + _shift);
        _lastFrame = _now;
    }

    /// <summary>Ends tracks that were unseen for too long.</summary>
    private void Forget()
    {
        for (var i = _crowd.Tracked.Count - 1; i >= 0; i--)
        {
            if (IsOver(_crowd.Tracked[i].Track)) { _crowd.GiveUpAt(i); }
        }
    }

    private bool IsOver(Track track)
    {
        var gap = _now - track.LastSeen;
        if (track.Id == 0) { return track.Missed >= 3 && gap > MaxUnconfirmed || gap > Math.Max(MinBridge, 2 * _maxLost); }

        // Who was seen in the very last frame was not missed at all: on a slow stream the next frame may still continue the track.
        return gap > (track.Missed == 0 ? Math.Max(MinBridge, 2 * _maxLost) : _maxLost);
    }

    private void ListUnseen(Person person, PredictedPeople how, double now, TrackedPoseList result)
    {
        var track = person.Track;
        var age = now - track.LastSeen;
        if (track.Stopped || age > Math.Min(_options.MaxPredicted.TotalSeconds, _maxLost)) { return; }
        List(person, result.Add(), how == PredictedPeople.Propagate ? PoseSource.Propagated : PoseSource.Held, now, ConfidenceDecay);
    }

    private void ListLeftOut(Person person, double now, TrackedPoseList result)
    {
        var track = person.Track;
        if (now - track.LastSeen > Math.Max(MinBridge, 2 * _maxLost)) { return; }
        var source = track.RepeatsLast || !_options.Propagate ? PoseSource.Held : PoseSource.Propagated;
        List(person, result.Add(), source, now, track.RepeatsLast ? HeldConfidenceDecay : ConfidenceDecay);
    }

    private static void List(Person person, TrackedPose target, PoseSource source, double now, double confidenceDecay)
    {
        var track = person.Track;
        person.Listed = target;
        var age = now - track.LastSeen;
        (target.Track, target.Person, target.Source, target.AgeMs) = (track.Id, track.Person, source, 1000 * age);
        (target.Score, target.Box) = (track.Score, source == PoseSource.Propagated ? track.PredictedBox : track.Box);
        track.Measured.CopyTo(target.Measured);
        if (source == PoseSource.Propagated) { track.MoveOn(target.Points, age); }
        else { track.Listed.CopyTo(target.Points); }
        if (source == PoseSource.Measured) { return; }
        var decay = (float)Math.Exp(-age / confidenceDecay);
        target.Score *= decay;
        foreach (ref var point in target.Points.AsSpan()) { point = point with { Score = point.Score * decay }; }
    }
}
