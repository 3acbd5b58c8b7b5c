using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Skipping;

/// <summary>
/// Decides from pixels alone whether a look of the networks can tell anything new: mean absolute luma difference against the picture that
/// they saw last, block by block and for each person, above a noise floor that adapts. Each frame is given to <see cref="Begin"/> or to
/// <see cref="Compare"/>; what a look of the networks brought, to <see cref="Learn"/>. One instance per stream.
/// </summary>
internal sealed class MotionGate
{
    /// <summary>A jump of the mean by more grey levels, or of more than this share of the picture, is another scene or another light.</summary>
    private const float SceneShift = 25, SceneShare = 0.6f;

    /// <summary>Blocks with fewer cells that nobody explains say nothing.</summary>
    private const int FewCells = ChangeMap.BlockSide * ChangeMap.BlockSide / 5;

    /// <summary>Joints' extents leave out hands, feet and hair.</summary>
    private const float PersonMargin = 1.2f;

    private readonly Thumbnail _picture = new();
    private ChangeMap _changes = new(1, 1);
    private FrameStep _step = new(1, 1);
    private CameraMotion _camera = new(1, 1);
    private NoiseFloor _floor = new(1);

    // What each block outside the people shows, the picture as a whole last.
    private Motion[] _outside = [];
    private int _width, _height;

    /// <summary>The light or the scene has changed as a whole.</summary>
    public bool SceneChanged { get; private set; }

    /// <summary>Something moves where nobody who moves is known.</summary>
    public bool MovesOutside { get; private set; }

    /// <summary>The camera moves: everybody does in the picture, and what changes there is no noise.</summary>
    public bool CameraMoves => _camera.IsMoving;

    /// <summary>Takes a frame that does not continue the one before: nothing can be said of it.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="now">Its time in seconds.</param>
    public void Begin(Frame frame, double now)
    {
        Observe(frame, now);
        _camera.Observe(_picture, now);
    }

    /// <summary>
    /// Compares the next frame with what the networks saw: whether the people known have moved (<see cref="PersonPace.Motion"/> in their
    /// <see cref="PersonPace.Place"/>), and whether anything moves outside. Allocates only when the frame size changes; then, nothing was
    /// seen yet.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="now">Its time in seconds.</param>
    /// <param name="people">Those who are expected in it.</param>
    public void Compare(Frame frame, double now, List<PersonPace> people)
    {
        Observe(frame, now);
        foreach (var person in people) { _camera.Cover(CellsOf(person.Place)); }
        _camera.Observe(_picture, now);
        foreach (var person in people)
        {
            person.Motion = CameraMoves ? Motion.Moving : MotionIn(person.Place);
            if (person.Motion == Motion.Moving) { _changes.MarkExplained(CellsOf(person.Place)); }
        }
        LookOutside(now);
    }

    /// <summary>Learns from a look of the networks at the frame that was given last.</summary>
    /// <param name="findings">What the look says of the places of people.</param>
    /// <param name="everywhere">The networks looked for people everywhere.</param>
    /// <param name="outsideIsNothing">They found no reason for the motion outside, except near people who explain it.</param>
    public void Learn(List<PlaceFinding> findings, bool everywhere, bool outsideIsNothing)
    {
        foreach (var (place, kind) in findings)
        {
            var cells = CellsOf(place);
            if (kind is FindingKind.ExplainsMotion or FindingKind.HasLeft) { ExplainOutside(cells); }
            if (kind == FindingKind.FalseAlarm && !CameraMoves) { RaiseFloor(cells); }
            if (kind == FindingKind.NotMeasured) { _changes.KeepUnseen(cells); }
            else if (kind != FindingKind.HasLeft) { _changes.MarkSeen(_picture, cells); }
        }
        if (!everywhere) { return; }
        if (outsideIsNothing && !CameraMoves) { RaiseFloorOutside(); }
        _changes.MarkAllSeen(_picture);
    }

    private void Observe(Frame frame, double now)
    {
        _picture.Draw(frame);
        if ((frame.Width, frame.Height) != (_width, _height))
        {
            (_width, _height) = (frame.Width, frame.Height);
            _changes = new ChangeMap(_picture.Width, _picture.Height);
            _step = new FrameStep(_picture.Width, _picture.Height);
            _camera = new CameraMotion(_picture.Width, _picture.Height);
            _floor = new NoiseFloor(_changes.Blocks);
            _outside = new Motion[_changes.Blocks + 1];
        }
        _step.Observe(_picture, now);
        if (_step.IsPulse) { _changes.Absorb(_step); }
        _changes.Compare(_picture);
        SceneChanged = _changes.Shift > SceneShift || _changes.ChangedShare > SceneShare;
    }

    /// <summary>
    /// Whether somebody in <paramref name="box"/> (frame pixels) has moved: the mean over their cells, or a block of it, is above the floor.
    /// A small person's mean is noisier than a block's and gets more room.
    /// </summary>
    private Motion MotionIn(in Box box)
    {
        var cells = CellsOf(box);
        if (cells.Count == 0) { return Motion.Still; }
        var (noise, threshold) = Explained(cells);
        var mean = _changes.Mean(cells);
        var most = mean > threshold ? Motion.Moving : mean > noise ? Motion.Familiar : Motion.Still;
        for (var block = 0; block < _changes.Blocks && most != Motion.Moving; block++)
        {
            if (!HasCentreIn(_changes.Block(block), cells)) { continue; }
            mean = _changes.Mean(_changes.Block(block));
            if (mean > _floor.Threshold(block)) { most = Motion.Moving; }
            else if (mean > _floor.Noise(block)) { most = Motion.Familiar; }
        }
        return most;
    }

    /// <summary>Looks for motion that no person explains, and learns the noise where there is none.</summary>
    private void LookOutside(double now)
    {
        _changes.SumUnexplained();
        var learning = _floor.IsDue(now) && !_step.IsPulse && !CameraMoves;
        MovesOutside = false;
        for (var block = 0; block < _outside.Length; block++)
        {
            var mean = _changes.UnexplainedMean(block, out var cells);
            var known = cells >= FewCells;
            _outside[block] = !known || mean <= _floor.Noise(block) ? Motion.Still : mean <= _floor.Threshold(block) ? Motion.Familiar : Motion.Moving;
            MovesOutside |= _outside[block] == Motion.Moving;

            // Not the change since the last look: that of a slow pan grows until it is noticed, and would be noticed ever later.
            if (learning && known && _outside[block] != Motion.Moving && !_step.IsShift(block)) { _floor.Add(block, _step[block]); }
        }
    }

    /// <summary>The networks measured a person in these cells who has not moved.</summary>
    private void RaiseFloor(in Cells cells)
    {
        var all = _changes.Mean(cells);
        for (var block = 0; block < _changes.Blocks; block++)
        {
            if (Overlaps(_changes.Block(block), cells)) { _floor.Raise(block, MathF.Max(all, _changes.Mean(_changes.Block(block)))); }
        }
    }

    private void RaiseFloorOutside()
    {
        for (var block = 0; block < _outside.Length; block++)
        {
            if (_outside[block] != Motion.Still) { _floor.Raise(block, _changes.UnexplainedMean(block, out _)); }
        }
    }

    /// <summary>Somebody is the reason for motion in and around these cells, and so for that of the picture as a whole.</summary>
    private void ExplainOutside(in Cells cells)
    {
        for (var block = 0; block < _changes.Blocks; block++)
        {
            if (Overlaps(_changes.Block(block), cells)) { _outside[block] = Motion.Still; }
        }
        _outside[_changes.Blocks] = Motion.Still;
    }

    private Cells CellsOf(in Box box) => _changes.CellsOf(box.Inflate(PersonMargin), _width, _height);

    /// <summary>What noise, and what noise or a recent false alarm, explain in these cells: the mean of the blocks' values.</summary>
    private (float Noise, float Threshold) Explained(in Cells cells)
    {
        var (median, noise, threshold, count) = (0f, 0f, 0f, 0);
        for (var block = 0; block < _changes.Blocks; block++)
        {
            var common = Overlap(_changes.Block(block), cells);
            if (common == 0) { continue; }
            median += common * _floor.Median(block);
            noise += common * _floor.Noise(block);
            threshold += common * _floor.Threshold(block);
            count += common;
        }
        (median, noise, threshold) = (median / count, noise / count, threshold / count);
        var widening = MathF.Sqrt(MathF.Max(1, (float)(ChangeMap.BlockSide * ChangeMap.BlockSide) / cells.Count));
        noise = median + widening * (noise - median);
        return (noise, MathF.Max(noise, threshold));
    }

    private static int Overlap(in Cells a, in Cells b) =>
        Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1)) * Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));

    private static bool Overlaps(in Cells a, in Cells b) => Overlap(a, b) > 0;

    private static bool HasCentreIn(in Cells block, in Cells cells)
    {
        var (x, y) = ((block.X1 + block.X2) / 2, (block.Y1 + block.Y2) / 2);
        return x >= cells.X1 && x < cells.X2 && y >= cells.Y1 && y < cells.Y2;
    }
}
