using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>
/// The tracker's part of a <see cref="Persons.Person"/>. <see cref="_motion"/> always stands at the last measurement: looking ahead works on a copy, so
/// an unseen person costs nothing, and the state "frozen at the last observation" that OC-SORT restores is simply still there.
/// </summary>
internal sealed class Track(int joints, int bodyJoints, float jointThreshold)
{
    private const int HistoryLength = 12;

    /// <summary>The direction of motion is taken over up to this many seconds before the last measurement.</summary>
    private const double HistorySpan = 0.35;

    /// <summary>Shorter ways, in sizes, are measurement noise and have no direction.</summary>
    private const double MinWay = 0.1;

    private readonly Keypoint[] _measured = new Keypoint[joints];
    private readonly Keypoint[] _listed = new Keypoint[joints];
    private readonly Keypoint[] _predicted = new Keypoint[bodyJoints];
    private readonly Keypoint[] _before = new Keypoint[joints];
    private readonly PoseMotion _joints = new(joints);
    private readonly (double Time, double X, double Y)[] _history = new (double, double, double)[HistoryLength];
    private readonly KeypointFilter _smoother = new(joints, jointThreshold);
    private KalmanBox _motion;
    private KalmanBox _ahead;
    private int _historyCount;

    /// <summary>0 until the track is confirmed.</summary>
    public long Id { get; set; }

    /// <summary>Updates since the last measurement that looked for this person in vain; 0 when measured in the latest one.</summary>
    public int Missed { get; set; }

    /// <summary>The estimator's number of the person whose pose was measured last; 0 = it follows nobody.</summary>
    public long Person { get; set; }

    /// <summary>Nobody looked for this person in the current update.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>The next listing repeats the last measurement instead of moving it on.</summary>
    public bool RepeatsLast { get; set; }

    /// <summary>The picture changed under this person: where they move is unknown, only where they were.</summary>
    public bool Stopped { get; private set; }
    public double LastSeen { get; private set; }

    /// <summary>Box and score as last measured.</summary>
    public Box Box { get; private set; }
    public float Score { get; private set; }

    /// <summary>Joints as last measured, not smoothed.</summary>
    public ReadOnlySpan<Keypoint> Measured => _measured;

    /// <summary>Joints to list: smoothed if the tracker smooths.</summary>
    public ReadOnlySpan<Keypoint> Listed => _listed;

    /// <summary>Body joints and box at the time of the last <see cref="LookAhead"/>.</summary>
    public ReadOnlySpan<Keypoint> Predicted => _predicted;
    public Box PredictedBox { get; private set; }

    /// <summary>Longer side in pixels and root-mean-square speed in pixels per second at the last measurement.</summary>
    public double Size => _motion.Size;
    public double Speed => _motion.Speed;

    /// <summary>Standard deviation of the predicted centre along one axis, in pixels, with the noise of a measurement.</summary>
    public double PredictedDeviation
    {
        get
        {
            var r = KalmanBox.MeasurementNoise * Size;
            return Math.Sqrt(Math.Max(_ahead.CenterX.VarPosition, _ahead.CenterY.VarPosition) + r * r);
        }
    }

    public void Start(Pose pose, in Box box, double now, bool smooth)
    {
        (Id, Missed, Stopped, RepeatsLast, IsLeftOut, _historyCount) = (0, 0, false, false, false, 0);
        _motion = new KalmanBox(box);
        _smoother.Reset();
        _joints.Start(_motion.Size);
        Store(pose, box, now, smooth);
    }

    /// <summary>
    /// Takes a measurement. After a gap the filter is led along a straight line from the last measurement to this one, one virtual
    /// measurement for each missed update (observation-centric re-update of OC-SORT), which removes the drift of the gap.
    /// </summary>
    /// <param name="pose">The measured pose.</param>
    /// <param name="box">Its box.</param>
    /// <param name="now">Seconds.</param>
    /// <param name="noise">Factor on the standard deviation of a good measurement.</param>
    /// <param name="smooth">Whether the listed joints are smoothed.</param>
    public void Update(Pose pose, in Box box, double now, double noise, bool smooth)
    {
        if (Stopped)
        {
            _motion = new KalmanBox(Box);
            Stopped = false;
        }
        var steps = Math.Clamp(Missed, 1, 16);
        var dt = (now - LastSeen) / steps;
        var from = Box;
        for (var k = 1; k <= steps; k++)
        {
            var t = (float)k / steps;
            _motion.Predict(dt);
            var between = new Box(
                float.Lerp(from.X1, box.X1, t), float.Lerp(from.Y1, box.Y1, t),
                float.Lerp(from.X2, box.X2, t), float.Lerp(from.Y2, box.Y2, t));
            _motion.Update(between, noise);
        }
        Missed = 0;
        var elapsed = now - LastSeen;
        _measured.CopyTo(_before, 0);
        Store(pose, box, now, smooth);
        _joints.Update(_before, _measured, elapsed, _motion.Size);
    }

    /// <summary>Forgets the motion, keeps the place.</summary>
    public void Stop()
    {
        Stopped = true;
        _historyCount = 0;
        _smoother.Reset();
    }

    /// <summary>Predicts pose and box for time <paramref name="now"/>.</summary>
    public void LookAhead(double now)
    {
        _ahead = _motion;
        _ahead.Predict(Math.Max(0, now - LastSeen));
        PredictedBox = _ahead.Box;
        Move(_measured, _predicted);
    }

    /// <summary>Moves what <see cref="LookAhead"/> predicted, as the camera moved.</summary>
    public void Shift(float dx, float dy)
    {
        var box = PredictedBox;
        PredictedBox = new Box(box.X1 + dx, box.Y1 + dy, box.X2 + dx, box.Y2 + dy);
        foreach (ref var point in _predicted.AsSpan()) { point = point with { X = point.X + dx, Y = point.Y + dy }; }
    }

    /// <summary>
    /// Moves the measured joints as <see cref="LookAhead"/> moved the box, and the limbs on against the body. Not the smoothed joints:
    /// they lag behind what moves, and a prediction would carry the lag on.
    /// </summary>
    /// <param name="target">Filled.</param>
    /// <param name="age">Seconds since the measurement.</param>
    public void MoveOn(Span<Keypoint> target, double age)
    {
        var scale = (float)Math.Clamp(_ahead.Size / _motion.Size, 0.5, 2);
        var (x, y) = ((float)_motion.CenterX.Position, (float)_motion.CenterY.Position);
        for (var j = 0; j < target.Length; j++)
        {
            var p = _measured[j];
            target[j] = p with { X = x + (p.X - x) * scale, Y = y + (p.Y - y) * scale };
        }
        _joints.Apply(target, age);
    }

    /// <summary>
    /// Angle in radians, 0..π, between the way this person came and the way to <paramref name="candidate"/> (observation-centric
    /// momentum of OC-SORT); false when either way is too short to have a direction.
    /// </summary>
    public bool TryGetTurnAngle(in Box candidate, out double angle)
    {
        angle = 0;
        if (_historyCount < 2) { return false; }
        var last = _history[(_historyCount - 1) % HistoryLength];
        var old = last;
        for (var i = _historyCount - 2; i >= Math.Max(0, _historyCount - HistoryLength); i--)
        {
            if (last.Time - _history[i % HistoryLength].Time > HistorySpan) { break; }
            old = _history[i % HistoryLength];
        }
        var (ax, ay, bx, by) = (last.X - old.X, last.Y - old.Y, candidate.CenterX - old.X, candidate.CenterY - old.Y);
        var (a, b) = (Math.Sqrt(ax * ax + ay * ay), Math.Sqrt(bx * bx + by * by));
        if (!(Math.Min(a, b) >= MinWay * Size)) { return false; }
        angle = Math.Acos(Math.Clamp((ax * bx + ay * by) / (a * b), -1, 1));
        return true;
    }

    private void Store(Pose pose, in Box box, double now, bool smooth)
    {
        (Box, Score, Person, LastSeen) = (box, pose.Score, pose.Person, now);
        for (var j = 0; j < _measured.Length; j++)
        {
            var p = pose.Points[j];
            _measured[j] = float.IsFinite(p.X) && float.IsFinite(p.Y) ? p : Keypoint.Missing;
        }
        if (smooth) { _smoother.Apply(_measured, _listed, now, box); }
        else { _measured.AsSpan().CopyTo(_listed); }
        _history[_historyCount % HistoryLength] = (now, box.CenterX, box.CenterY);

        // The count stays within two turns of the ring, so that it never overflows.
        if (++_historyCount == 2 * HistoryLength) { _historyCount = HistoryLength; }
    }

    private void Move(ReadOnlySpan<Keypoint> points, Span<Keypoint> target)
    {
        var scale = Math.Clamp(_ahead.Size / _motion.Size, 0.5, 2);
        for (var j = 0; j < target.Length; j++)
        {
            var p = points[j];
            target[j] = new Keypoint(
                (float)(_ahead.CenterX.Position + (p.X - _motion.CenterX.Position) * scale),
                (float)(_ahead.CenterY.Position + (p.Y - _motion.CenterY.Position) * scale), p.Score);
        }
    }
}
