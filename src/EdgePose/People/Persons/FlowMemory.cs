using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>A person as listed for the frame before: what optical flow starts from. Its part of a <see cref="Person"/>.</summary>
internal sealed class FlowMemory(int joints)
{
    public readonly Keypoint[] Points = new Keypoint[joints];

    /// <summary>Joints that the last measurement was sure of: scores decay, the picture does not.</summary>
    public readonly bool[] IsConfident = new bool[joints];

    /// <summary>The joints as the tracker predicted them.</summary>
    public readonly Keypoint[] Expected = new Keypoint[joints];

    public bool IsKnown { get; private set; }
    public Box Box { get; private set; }

    public void Forget() => IsKnown = false;

    public void Remember(TrackedPose person, Keypoint[] expected, float threshold)
    {
        (IsKnown, Box) = (true, person.Box);
        (person.Source == PoseSource.Measured ? person.Measured : person.Points).CopyTo(Points, 0);
        expected.CopyTo(Expected, 0);
        if (person.Source != PoseSource.Measured) { return; }
        for (var j = 0; j < Points.Length; j++) { IsConfident[j] = Points[j].IsFound && Points[j].Score >= threshold; }
    }
}
