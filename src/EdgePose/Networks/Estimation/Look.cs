using System.Runtime.InteropServices;

namespace EdgePose.Networks.Estimation;

/// <summary>
/// What the networks are to look at in one frame, and afterwards whom they left alone. Filled by the planner of a stream, read by its
/// estimator; one instance per stream, used again for every frame.
/// </summary>
internal sealed class Look
{
    private readonly List<long> _leaveOut = [], _leftOut = [];
    private readonly List<(long Person, float X, float Y)> _shifts = [];

    /// <summary>Top-down: run the detector. Bottom-up networks find everybody in every look.</summary>
    public bool Detect { get; set; }

    /// <summary>Use the network's smaller input where it has one.</summary>
    public bool SmallInput { get; set; }

    /// <summary>Most people to take up, below the configured limit; the best scores stay.</summary>
    public int MaxPeople { get; set; }

    /// <summary>People whom the estimator follows and did not look at, as asked; filled by it.</summary>
    public ReadOnlySpan<long> LeftOut => CollectionsMarshal.AsSpan(_leftOut);

    /// <summary>Begins a look at everybody.</summary>
    public void Begin(bool detect, bool smallInput = false, int maxPeople = int.MaxValue)
    {
        (Detect, SmallInput, MaxPeople) = (detect, smallInput, maxPeople);
        _leaveOut.Clear();
        _leftOut.Clear();
        _shifts.Clear();
    }

    /// <summary>Asks to leave out a person (<see cref="Domain.Pose.Person"/>) whose pose need not be measured.</summary>
    public void LeaveOut(long person) => _leaveOut.Add(person);

    public bool LeavesOut(long person) => _leaveOut.Contains(person);

    /// <summary>Says how far somebody has probably moved since the last measurement, in frame pixels.</summary>
    public void Expect(long person, float x, float y) => _shifts.Add((person, x, y));

    /// <summary>What <see cref="Expect"/> said; (0, 0) otherwise.</summary>
    public (float X, float Y) ShiftOf(long person)
    {
        foreach (var shift in _shifts)
        {
            if (shift.Person == person) { return (shift.X, shift.Y); }
        }
        return default;
    }

    /// <summary>The estimator's answer to <see cref="LeaveOut"/>.</summary>
    public void WasLeftOut(long person) => _leftOut.Add(person);
}
