using EdgePose.Domain;

namespace EdgePose.People.Skipping;

/// <summary>What the gate says of a place.</summary>
internal enum Motion
{
    /// <summary>Nothing but noise since a network looked there.</summary>
    Still,

    /// <summary>Change that looked the same lately and meant nothing.</summary>
    Familiar,

    /// <summary>Something has changed.</summary>
    Moving,
}

/// <summary>
/// Decides from pixels alone whether a look of the networks can tell anything new: mean absolute luma difference against the picture that
/// they saw last, block by block and for each person, above a noise floor that adapts. The order of calls in a frame is
/// <see cref="Observe"/>, <see cref="MotionIn"/> and <see cref="Cover"/> for each person, <see cref="LookOutside"/>; after a look
/// <see cref="FalseAlarm"/> and <see cref="FalseAlarmOutside"/>, then <see cref="Saw"/> or <see cref="SawAll"/>. One instance per stream.
/// </summary>
internal sealed class MotionGate
{
    /// <summary>A jump of the mean by more grey levels, or of more than this share of the picture, is another scene or another light.</summary>
    private const float SceneShift = 25, SceneShare = 0.6f;

    /// <summary>Blocks with fewer cells that nobody covers say nothing.</summary>
    private const int FewCells = ChangeMap.BlockSide * ChangeMap.BlockSide / 5;

    /// <summary>Joints' extents leave out hands, feet and hair.</summary>
    private const float PersonMargin = 1.2f;

    private readonly Thumbnail _picture = new();
    private ChangeMap _changes = new(1, 1);
    private FrameStep _step = new(1, 1);
    private NoiseFloor _floor = new(1);

    // What each block outside the people shows, the picture as a whole last.
    private Motion[] _outside = [];
    private int _width, _height;

    /// <summary>The light or the scene has changed as a whole.</summary>
    public bool SceneChanged { get; private set; }

    /// <summary>Something moves where nobody who moves is known; valid after <see cref="LookOutside"/>.</summary>
    public bool MovesOutside { get; private set; }

    /// <summary>Compares the frame with what the networks saw. Allocates only when the frame size changes; then, nothing was seen yet.</summary>
    /// <param name="frame">The next frame.</param>
    /// <param name="now">Its time in seconds.</param>
    public void Observe(Frame frame, double now)
    {
        _picture.Draw(frame);
        if ((frame.Width, frame.Height) != (_width, _height))
        {
            (_width, _height) = (frame.Width, frame.Height);
            _changes = new ChangeMap(_picture.Width, _picture.Height);
            _step = new FrameStep(_picture.Width, _picture.Height);
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
    public Motion MotionIn(in Box box)
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

    /// <summary>A person who moves there explains the change in and around <paramref name="box"/>.</summary>
    public void Cover(in Box box) => _changes.Cover(CellsOf(box));

    /// <summary>Looks for motion that no person explains, and learns the noise where there is none.</summary>
    /// <param name="now">Seconds.</param>
    public void LookOutside(double now)
    {
        _changes.SumFree();
        var learning = _floor.IsDue(now) && !_step.IsPulse;
        MovesOutside = false;
        for (var block = 0; block < _outside.Length; block++)
        {
            var mean = _changes.FreeMean(block, out var cells);
            var known = cells >= FewCells;
            _outside[block] = !known || mean <= _floor.Noise(block) ? Motion.Still : mean <= _floor.Threshold(block) ? Motion.Familiar : Motion.Moving;
            MovesOutside |= _outside[block] == Motion.Moving;

            // Not the change since the last look: that of a slow pan grows until it is noticed, and would be noticed ever later.
            if (learning && known && _outside[block] != Motion.Moving && !_step.IsShift(block)) { _floor.Add(block, _step[block]); }
        }
    }

    /// <summary>The networks measured a person in <paramref name="box"/> who has not moved.</summary>
    public void FalseAlarm(in Box box)
    {
        var cells = CellsOf(box);
        var all = _changes.Mean(cells);
        for (var block = 0; block < _changes.Blocks; block++)
        {
            if (Overlaps(_changes.Block(block), cells)) { _floor.Raise(block, MathF.Max(all, _changes.Mean(_changes.Block(block)))); }
        }
    }

    /// <summary>The networks looked everywhere and found no reason for the motion outside, except near those whom <see cref="Excuse"/> named.</summary>
    public void FalseAlarmOutside()
    {
        for (var block = 0; block < _outside.Length; block++)
        {
            if (_outside[block] != Motion.Still) { _floor.Raise(block, _changes.FreeMean(block, out _)); }
        }
    }

    /// <summary>Somebody who is new or has moved is the reason for motion in and around <paramref name="box"/>.</summary>
    public void Excuse(in Box box)
    {
        var cells = CellsOf(box);
        for (var block = 0; block < _changes.Blocks; block++)
        {
            if (Overlaps(_changes.Block(block), cells)) { _outside[block] = Motion.Still; }
        }
        _outside[_changes.Blocks] = Motion.Still;
    }

    /// <summary>A network has measured the person in <paramref name="box"/>.</summary>
    public void Saw(in Box box) => _changes.See(_picture, CellsOf(box));

    /// <summary>Exempts a person who was not measured from <see cref="SawAll"/>.</summary>
    public void DidNotSee(in Box box) => _changes.Keep(CellsOf(box));

    /// <summary>A network has looked for people everywhere.</summary>
    public void SawAll() => _changes.SeeAll(_picture);

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
