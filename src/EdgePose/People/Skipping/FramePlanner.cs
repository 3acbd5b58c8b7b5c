using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.People.Persons;

namespace EdgePose.People.Skipping;

/// <summary>What tracker and estimator know beside the people they list.</summary>
/// <param name="IsUnsettled">Somebody was seen for the first time, or missed for the first time: look once more.</param>
/// <param name="HasLost">Somebody is looked for.</param>
/// <param name="WantsDetector">A person followed was lost or has left.</param>
internal readonly record struct Situation(bool IsUnsettled, bool HasLost, bool WantsDetector);

/// <summary>
/// Decides for each frame of one stream what the networks look at: nothing, some people, or everything. A person is measured when they
/// move and have gone far enough since, or at the latest after a gap; the whole picture is searched every so many frames while something
/// moves, at once when something moves where nobody is known, and at the latest after a gap. One instance per stream, not thread-safe.
/// </summary>
internal sealed class FramePlanner(Crowd crowd, SkippingSettings options, bool hasDetector)
{
    /// <summary>Repeated changes of the whole scene, such as stroboscopes, are looked at once in this time, in seconds.</summary>
    private const double SceneInterval = 0.5;

    /// <summary>
    /// Motion outside that turns out to be nobody is looked at less and less often: after this time in seconds, then twice that, up to the
    /// gap; until somebody new comes of it, or there was none for a while. A camera that pans has such motion all the time.
    /// </summary>
    private const double FirstWait = 0.1, QuietAfter = 0.5;

    private readonly MotionGate? _gate = options is { Enabled: true, Gate: true } ? new MotionGate() : null;
    private readonly List<PersonPace> _expected = [];
    private readonly List<PlaceFinding> _findings = [];
    private readonly double _wholeGap = options.DetectorGap.TotalSeconds, _poseGap = options.PoseGap.TotalSeconds;
    private readonly double _longestGap = Math.Max(options.PoseGap.TotalSeconds, Math.Min(options.DetectorGap.TotalSeconds, options.MaxLost.TotalSeconds));
    private bool _started, _whole, _learns, _byOutside, _newcomer;
    private int _epoch, _width, _height, _sinceLook, _sinceWhole;
    private double _now, _interval, _lookedWholeAt, _sceneAt = double.NegativeInfinity, _movedOutsideAt, _outsideWait;

    /// <summary>What to look at in the frame planned last, if anything.</summary>
    public Look Look { get; } = new();

    /// <summary>Plans a frame, in which the tracker lists its people where it expects them; false when no network need run.</summary>
    /// <param name="frame">The frame; its pixels are compared when there is a gate.</param>
    /// <param name="now">Capture time in seconds.</param>
    /// <param name="situation">What else it knows.</param>
    /// <param name="quality">What the load controller grants.</param>
    public bool Plan(Frame frame, double now, in Situation situation, Quality quality)
    {
        _byOutside = false;
        _learns = Continues(frame, now);
        if (!_learns)
        {
            _gate?.Begin(frame, now);
            return Begin(true, quality);
        }
        Expect();
        _gate?.Compare(frame, now, _expected);
        _sinceLook++;
        _sinceWhole++;
        var scene = _gate is { SceneChanged: true } && now - _sceneAt >= SceneInterval;
        if (scene) { (_sceneAt, _learns) = (now, false); }
        var (anyMotion, anyDue) = Judge(scene);
        anyMotion |= _gate?.MovesOutside ?? true;
        var stranger = IsStrangerLikely();
        if (_sinceLook < quality.PosePeriod) { return false; }
        var wanted = IsWholeDue(anyMotion, scene || hasDetector && situation.WantsDetector, quality.DetectorFactor);
        _byOutside = !wanted && stranger && _sinceWhole >= quality.DetectorFactor;
        var whole = wanted || _byOutside;
        var again = situation.IsUnsettled || situation.HasLost && anyMotion;
        if (!whole && !anyDue && !again) { return false; }
        Begin(whole || !hasDetector, quality);
        if (!scene) { FillLook(); }
        return true;
    }

    /// <summary>
    /// Whether somebody who was left out shows no motion, not even a familiar one, since the measurement: the pose as measured is then better
    /// than one moved on.
    /// </summary>
    public bool ShowsNoMotion(Person person) => _gate is not null && person.Pace is { IsKnown: true, Motion: Motion.Still };

    /// <summary>Somebody will probably be propagated in the next frame.</summary>
    public bool WillPropagate(Quality quality)
    {
        if (quality.PosePeriod > 1) { return true; }
        foreach (var person in crowd.All)
        {
            var pace = person.Pace;
            if (pace.IsKnown && options.Enabled && _now + 1.75 * _interval - pace.MeasuredAt <= PeriodOf(pace)) { return true; }
        }
        return false;
    }

    /// <summary>Takes what a look has brought, as the tracker lists it.</summary>
    /// <param name="isUnsettled">As <see cref="Situation.IsUnsettled"/>, after the look.</param>
    public void Learn(bool isUnsettled)
    {
        _newcomer = false;
        _findings.Clear();
        foreach (var person in crowd.Tracked)
        {
            if (person.Listed is { Source: PoseSource.Measured } measured) { Measured(measured, person.Pace, isUnsettled); }
            else if (person is { Listed: not null, Pace.IsKnown: true } && _whole) { _findings.Add(new PlaceFinding(person.Pace.Place, FindingKind.NotMeasured)); }
        }
        ForgetUnlisted();
        _gate?.Learn(_findings, _whole, outsideIsNothing: _learns && !isUnsettled);
        if (_whole) { (_sinceWhole, _lookedWholeAt) = (0, _now); }
        if (_newcomer) { _outsideWait = 0; }
        else if (_byOutside) { _outsideWait = Math.Min(_wholeGap, Math.Max(FirstWait, 2 * _outsideWait)); }
        _sinceLook = 0;
    }

    private bool Continues(Frame frame, double now)
    {
        var same = _started && frame.Info.Epoch == _epoch && frame.Width == _width && frame.Height == _height && now >= _now;
        if (same)
        {
            // Frames that a busy network never saw make the interval longer: this one follows at once and forgets slowly.
            var elapsed = now - _now;
            _interval = _interval == 0 ? elapsed : Math.Min(elapsed, 0.9 * _interval + 0.1 * elapsed);
        }
        else
        {
            foreach (var person in crowd.All) { person.Pace.Forget(); }
            (_started, _epoch, _width, _height, _interval) = (true, frame.Info.Epoch, frame.Width, frame.Height, 0);
        }
        _now = now;
        return same;
    }

    private bool Begin(bool whole, Quality quality)
    {
        _whole = whole;
        Look.Begin(whole, quality.SmallInput, quality.MaxPeople);
        return true;
    }

    private bool IsWholeDue(bool anyMotion, bool isEvent, int factor) =>
        isEvent && _sinceWhole >= factor
        || hasDetector && anyMotion && _sinceWhole >= options.DetectEvery * factor
        || options.Enabled && _now - _lookedWholeAt + 0.5 * _interval >= _wholeGap * factor;

    private bool IsStrangerLikely()
    {
        if (_gate is not { MovesOutside: true })
        {
            if (_now - _movedOutsideAt > QuietAfter) { _outsideWait = 0; }
            return false;
        }
        _movedOutsideAt = _now;
        return _now - _lookedWholeAt + 0.5 * _interval >= _outsideWait;
    }

    /// <summary>Finds out who is expected in the frame, and where.</summary>
    private void Expect()
    {
        _expected.Clear();
        foreach (var person in crowd.Tracked)
        {
            if (person is not { Listed: { } expected, Pace: { IsKnown: true } pace }) { continue; }
            pace.Place = Around(pace.Box, expected.Box);
            pace.Motion = Motion.Moving;
            _expected.Add(pace);
        }
    }

    /// <summary>Judges everybody: whether they move, and whether they must be measured now.</summary>
    private (bool AnyMotion, bool AnyDue) Judge(bool scene)
    {
        var (anyMotion, anyDue) = (false, !options.Enabled || _gate is null && !hasDetector);
        foreach (var pace in _expected)
        {
            pace.IsDue = !options.Enabled || scene || IsDue(pace);
            anyMotion |= pace.Motion == Motion.Moving;
            anyDue |= pace.IsDue;
        }
        return (anyMotion, anyDue);
    }

    // The frame after this one would come too late; half an interval more or less is the clock's jitter.
    private bool IsDue(PersonPace pace)
    {
        var age = _now - pace.MeasuredAt;
        if (age + 0.5 * _interval >= pace.Gap) { return true; }
        // What looks familiar excuses only who rests: the trees behind somebody who walks, or a pan, must not hide them.
        var moves = pace.Motion == Motion.Moving || pace.Motion == Motion.Familiar && !pace.HasComeToRest;
        return moves && age + 0.75 * _interval > PeriodOf(pace);
    }

    private double PeriodOf(PersonPace pace) => Math.Min(pace.Period, options.MaxPosePeriod.TotalSeconds);

    /// <summary>Leaves out who is not due, and says where the others have gone.</summary>
    private void FillLook()
    {
        if (!hasDetector) { return; }
        foreach (var person in crowd.Tracked)
        {
            if (person is not { Listed: { Person: not 0 } expected, Pace: { IsKnown: true } pace }) { continue; }
            if (!pace.IsDue) { Look.LeaveOut(expected.Person); }
            else if (_now - pace.MeasuredAt > 1.5 * _interval)
            {
                Look.Expect(expected.Person, expected.Box.CenterX - pace.Box.CenterX, expected.Box.CenterY - pace.Box.CenterY);
            }
        }
    }

    private void Measured(TrackedPose person, PersonPace pace, bool isUnsettled)
    {
        var finding = FindingKind.Measured;
        if (!pace.IsKnown)
        {
            pace.Start(person, _now, _poseGap);
            pace.Place = person.Box;
            _newcomer = true;
            finding = FindingKind.ExplainsMotion;
        }
        else
        {
            pace.Update(person, _now, options.JointThreshold, _poseGap, _longestGap);
            pace.Place = Around(pace.Place, person.Box);
            if (!pace.HasComeToRest) { finding = FindingKind.ExplainsMotion; }
            else if (pace.Motion != Motion.Still && _learns && !isUnsettled) { finding = FindingKind.FalseAlarm; }
        }
        _findings.Add(new PlaceFinding(pace.Place, finding));
    }

    private void ForgetUnlisted()
    {
        foreach (var person in crowd.All)
        {
            if (person is not { Listed: null, Pace: { IsKnown: true } pace }) { continue; }
            _findings.Add(new PlaceFinding(pace.Place, FindingKind.HasLeft));
            pace.Forget();
        }
    }

    private static Box Around(in Box a, in Box b) =>
        new(MathF.Min(a.X1, b.X1), MathF.Min(a.Y1, b.Y1), MathF.Max(a.X2, b.X2), MathF.Max(a.Y2, b.Y2));
}
