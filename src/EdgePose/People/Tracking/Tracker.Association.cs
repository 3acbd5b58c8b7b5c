using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Tracking;

/// <summary>Who is who: the rounds of association, the camera-cut guard and the birth of tracks.</summary>
internal sealed partial class Tracker
{
    /// <summary>Predictions lose this much of their sharpness: the sigmas of OKS double every so many seconds, up to threefold.</summary>
    private const double ToleranceTime = 0.2;
    private const float MaxTolerance = 3;

    /// <summary>Boxes grow by this share of the way that may have been gone since, in sizes, up to a limit.</summary>
    private const double Inflation = 0.75;
    private const float MaxInflation = 2.5f;

    // The constants were set on scripted detections over pan/zoom views of real people, walking pedestrians (TUD, MOT16-11) and synthetic
    // crossings at 30, 10, 5 and 3 frames/s, where their neighbourhood is flat.

    /// <summary>Least affinity of a pair with the predicted pose, and with the pose as last seen.</summary>
    private const float MinAffinity = 0.25f;
    private const float MinLastAffinity = 0.3f;

    /// <summary>Least affinity with somebody seen before the picture changed: without appearance only an unmoved person is the
    /// same.</summary>
    private const float MinStoppedAffinity = 0.6f;

    /// <summary>Least affinity with somebody who was left out: only the same person found once more, beside the box that was not looked at.</summary>
    private const float MinLeftOutAffinity = 0.5f;

    /// <summary>A second pose this close to a matched one is the same person found twice.</summary>
    private const float DuplicateAffinity = 0.7f;

    /// <summary>What the longest gap costs against somebody seen just now, so that a wide guess does not outbid a sharp one.</summary>
    private const double GapPenalty = 0.2;

    /// <summary>Weight of the direction of motion, and the gap in seconds after which a direction is noise.</summary>
    private const double Inertia = 0.2;
    private const double MaxTurnGap = 0.3;

    /// <summary>Low scores prolong a track only this many seconds after it was last seen.</summary>
    private const double MaxLowGap = 0.5;

    /// <summary>Share of the people of the previous frame that must fail at once for a camera cut.</summary>
    private const double CutShare = 0.7;

    /// <summary>So many people must have been found before their common way is the camera's.</summary>
    private const int MinWitnesses = 2;

    /// <summary>Factor on the measurement noise of a pose with a low score.</summary>
    private const double LowNoise = 2;

    /// <summary>The same for joints that come or go: the extents of a bottom-up pose jump when its legs are found, the person does
    /// not.</summary>
    private const double ChangeNoise = 5;
    private const float MaxSizeRatio = 3;
    private const float MaxCoordinate = 1e6f;

    /// <summary>A pair below this cost is better than two people unmatched; not more, or two poor pairs would outbid a good one.</summary>
    private const float MaxCost = 0.9f;
    private const float Refused = float.MaxValue;

    private readonly GatedAssignment _assignment = new();
    private FoundPose[] _found = new FoundPose[16];
    private int _foundCount;
    private float[] _cost = new float[256];
    private (float X, float Y)[] _offsets = new (float X, float Y)[16];
    private int[] _rows = new int[16], _columns = new int[16], _columnOfRow = new int[16];

    private enum Round { High, Low, LastSeen, LeftOut, Unconfirmed }

    private struct FoundPose
    {
        public int Pose;
        public Box Box;
        public bool High;
        public bool Taken;
    }

    /// <summary>Lists the usable poses; those without any finite extent or with a score below the low limit are left out.</summary>
    private void Collect(PoseList poses)
    {
        if (_found.Length < poses.Count) { _found = new FoundPose[2 * poses.Count]; }
        _foundCount = 0;
        for (var i = 0; i < poses.Count; i++)
        {
            var pose = poses[i];
            if (!(pose.Score >= Math.Min(_options.LowScore, _options.HighScore)) || !TryGetBox(pose, out var box)) { continue; }
            _found[_foundCount++] = new FoundPose { Pose = i, Box = box, High = pose.Score >= _options.HighScore };
        }
    }

    /// <summary>The pose's box, or the extents of its joints; never thinner than a tenth of its longer side.</summary>
    private bool TryGetBox(Pose pose, out Box box)
    {
        box = pose.Box;
        if (!IsUsable(box) && !(pose.TryGetExtents(_options.JointThreshold, out box, out var found) && found > 1 && IsUsable(box)))
        {
            return false;
        }
        var side = MathF.Max(1, 0.1f * MathF.Max(box.Width, box.Height));
        var (hw, hh) = (MathF.Max(side, box.Width) / 2, MathF.Max(side, box.Height) / 2);
        box = new Box(box.CenterX - hw, box.CenterY - hh, box.CenterX + hw, box.CenterY + hh);
        return true;
    }

    private static bool IsUsable(in Box box) =>
        box.X2 >= box.X1 && box.Y2 >= box.Y1 && box.X2 + box.Y2 > box.X1 + box.Y1
        && MathF.Max(MathF.Abs(box.X1), MathF.Abs(box.X2)) < MaxCoordinate
        && MathF.Max(MathF.Abs(box.Y1), MathF.Abs(box.Y2)) < MaxCoordinate;

    /// <summary>Runs the rounds; true when the picture changed as a whole.</summary>
    private bool Associate(PoseList poses)
    {
        var seenBefore = 0;
        foreach (var person in _crowd.Tracked) { seenBefore += IsCurrent(person.Track) ? 1 : 0; }
        Run(Round.High, poses);
        if (FollowCamera()) { Run(Round.High, poses); }
        Run(Round.Low, poses);
        Run(Round.LastSeen, poses);
        var cut = IsCut(seenBefore);
        if (cut)
        {
            foreach (var person in _crowd.Tracked)
            {
                if (person.Track.Missed > 0) { person.Track.Stop(); }
            }
        }
        else
        {
            Run(Round.LeftOut, poses);
            Run(Round.Unconfirmed, poses);
        }
        return cut;
    }

    /// <summary>
    /// Where most people stand off their predictions by the same way, the camera moved: who was not found is looked for there too.
    /// False when there is nobody to look for, or no such way.
    /// </summary>
    private bool FollowCamera()
    {
        var (found, missing) = (0, 0);
        if (_offsets.Length < _crowd.Tracked.Count) { _offsets = new (float X, float Y)[2 * _crowd.Tracked.Count]; }
        foreach (var person in _crowd.Tracked)
        {
            var track = person.Track;
            if (track.Id == 0 || track.Stopped || track.IsLeftOut) { continue; }
            if (track.Missed > 0) { missing++; }
            else { _offsets[found++] = (track.Box.CenterX - track.PredictedBox.CenterX, track.Box.CenterY - track.PredictedBox.CenterY); }
        }
        if (missing == 0 || found < MinWitnesses) { return false; }
        var offsets = _offsets.AsSpan(0, found);
        offsets.Sort(static (a, b) => a.X.CompareTo(b.X));
        var dx = offsets[found / 2].X;
        offsets.Sort(static (a, b) => a.Y.CompareTo(b.Y));
        var dy = offsets[found / 2].Y;
        foreach (var person in _crowd.Tracked)
        {
            if (person.Track is { Id: not 0, Missed: > 0, Stopped: false }) { person.Track.Shift(dx, dy); }
        }
        return true;
    }

    /// <summary>Confirmed, and seen in the previous frame but not (yet) in this one.</summary>
    private static bool IsCurrent(Track track) => track.Id != 0 && track.Missed == 1 && !track.Stopped && !track.IsLeftOut;

    /// <summary>Most people of the previous frame are gone while others stand elsewhere. An empty frame is no cut: nobody was mistaken
    /// for anybody.</summary>
    private bool IsCut(int seenBefore)
    {
        var (failed, strangers) = (0, 0);
        foreach (var person in _crowd.Tracked) { failed += IsCurrent(person.Track) ? 1 : 0; }
        for (var i = 0; i < _foundCount; i++) { strangers += _found[i] is { High: true, Taken: false } ? 1 : 0; }
        return seenBefore >= 2 && strangers >= 2 && failed >= CutShare * seenBefore && strangers >= CutShare * _foundCount;
    }

    private void Run(Round round, PoseList poses)
    {
        var (rows, columns) = (0, 0);
        var people = _crowd.Tracked;
        if (_rows.Length < people.Count)
        {
            (_rows, _columnOfRow) = (new int[2 * people.Count], new int[2 * people.Count]);
        }
        if (_columns.Length < _foundCount) { _columns = new int[_found.Length]; }
        for (var i = 0; i < people.Count; i++)
        {
            if (TakesPart(people[i].Track, round)) { _rows[rows++] = i; }
        }
        for (var i = 0; i < _foundCount; i++)
        {
            if (!_found[i].Taken && _found[i].High != (round == Round.Low)) { _columns[columns++] = i; }
        }
        if (rows == 0 || columns == 0) { return; }
        if (_cost.Length < rows * columns) { _cost = new float[2 * rows * columns]; }
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                ref readonly var found = ref _found[_columns[c]];
                _cost[r * columns + c] = Cost(people[_rows[r]].Track, poses[found.Pose], found.Box, round);
            }
        }
        _assignment.Solve(_cost.AsSpan(0, rows * columns), rows, columns, MaxCost, _columnOfRow);
        for (var r = 0; r < rows; r++)
        {
            if (_columnOfRow[r] >= 0) { Assign(people[_rows[r]], ref _found[_columns[_columnOfRow[r]]], poses); }
        }
    }

    private bool TakesPart(Track track, Round round) => round switch
    {
        Round.High => IsSought(track) && track.Id != 0 && !track.Stopped,
        Round.Low => IsSought(track) && track.Id != 0 && !track.Stopped && (track.Missed == 1 || _now - track.LastSeen <= MaxLowGap),
        Round.LastSeen => IsSought(track) && track.Id != 0,
        Round.LeftOut => track.IsLeftOut && track.Id != 0,
        Round.Unconfirmed => IsSought(track) && track.Id == 0,
        _ => throw new UnreachableException($"round {round}"),
    };

    private static bool IsSought(Track track) => track is { Missed: > 0, IsLeftOut: false };

    private float Cost(Track track, Pose pose, in Box box, Round round)
    {
        var gap = _now - track.LastSeen;
        var size = track.Size;
        var ratio = MathF.Max(box.Width, box.Height) / size;
        if (ratio is > MaxSizeRatio or < 1 / MaxSizeRatio) { return Refused; }
        var last = round == Round.LastSeen;
        var reference = last ? track.Box : track.PredictedBox;
        var (dx, dy) = (reference.CenterX - box.CenterX, reference.CenterY - box.CenterY);
        var reach = Math.Max(2.5 * track.PredictedDeviation, (0.75 + 1.5 * gap) * size);
        if (!(dx * dx + dy * dy <= reach * reach)) { return Refused; }
        var tolerance = track.Stopped ? 1 : MathF.Min(MaxTolerance, (float)(1 + gap / ToleranceTime));
        var inflation = last ? 1 : MathF.Min(MaxInflation, (float)(1 + Inflation * gap * track.Speed / size));
        var affinity = _affinity.Compare(last ? track.Measured : track.Predicted, reference, pose.Points, box, tolerance, inflation);
        var least = round == Round.LeftOut ? MinLeftOutAffinity : track.Stopped ? MinStoppedAffinity : last ? MinLastAffinity : MinAffinity;
        if (affinity < least) { return Refused; }
        var cost = 1 - affinity;
        if (track.Missed > 1) { cost += (float)(GapPenalty * Math.Min(1, gap / _maxLost)); }
        if (!last && gap <= MaxTurnGap && track.TryGetTurnAngle(box, out var angle))
        {
            cost -= (float)(Inertia * (Math.PI / 2 - angle) / Math.PI * Math.Min(1, pose.Score));
        }
        return cost;
    }

    private void Assign(Person person, ref FoundPose found, PoseList poses)
    {
        found.Taken = true;
        var (track, pose) = (person.Track, poses[found.Pose]);
        _crowd.Unite(person, pose.Person, foundTwice: track.IsLeftOut);
        track.IsLeftOut = false;
        var noise = (found.High ? 1 : LowNoise) * (1 + ChangeNoise * _affinity.Change(track.Measured, pose.Points));
        track.Update(pose, found.Box, _now, noise, _options.Smooth);
        if (track.Id == 0) { track.Id = ++_lastId; }
    }

    /// <summary>Opens tracks for the strangers, best score first, whatever order the network lists them in.</summary>
    private void GiveBirth(PoseList poses, bool confirmed)
    {
        while (true)
        {
            var best = -1;
            for (var i = 0; i < _foundCount; i++)
            {
                if (_found[i] is { Taken: false, High: true } && (best < 0 || Precedes(poses, i, best))) { best = i; }
            }
            if (best < 0) { return; }
            ref var found = ref _found[best];
            if (!IsDuplicate(poses, best) && TryMakeRoom())
            {
                var track = _crowd.Meet(poses[found.Pose].Person).Track;
                track.Start(poses[found.Pose], found.Box, _now, _options.Smooth);
                if (confirmed) { track.Id = ++_lastId; }
                found.Taken = true;
            }
            else { found.High = false; }
        }
    }

    private bool Precedes(PoseList poses, int a, int b)
    {
        var (scoreA, scoreB) = (poses[_found[a].Pose].Score, poses[_found[b].Pose].Score);
        if (scoreA != scoreB) { return scoreA > scoreB; }
        var (boxA, boxB) = (_found[a].Box, _found[b].Box);
        return boxA.X1 != boxB.X1 ? boxA.X1 < boxB.X1 : boxA.Y1 < boxB.Y1;
    }

    private bool IsDuplicate(PoseList poses, int index)
    {
        var pose = poses[_found[index].Pose];
        for (var i = 0; i < _foundCount; i++)
        {
            ref readonly var other = ref _found[i];
            if (!other.Taken) { continue; }
            var affinity = _affinity.Compare(pose.Points, _found[index].Box, poses[other.Pose].Points, other.Box, 1, 1);
            if (affinity >= DuplicateAffinity) { return true; }
        }
        return false;
    }

    /// <summary>When every track is in use, the one unseen for longest ends; false when all were seen in this frame.</summary>
    private bool TryMakeRoom()
    {
        var people = _crowd.Tracked;
        if (people.Count < _options.MaxTracks) { return true; }
        var oldest = -1;
        for (var i = 0; i < people.Count; i++)
        {
            if (people[i].Track.Missed > 0 && (oldest < 0 || people[i].Track.LastSeen < people[oldest].Track.LastSeen)) { oldest = i; }
        }
        if (oldest < 0) { return false; }
        _crowd.GiveUpAt(oldest);
        return true;
    }
}
