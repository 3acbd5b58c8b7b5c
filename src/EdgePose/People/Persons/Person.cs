using EdgePose.Domain;
using EdgePose.Networks.TopDown;

namespace EdgePose.People.Persons;

/// <summary>
/// Everything that one stream remembers of one human. Each stage has its part; who is who, and when somebody is forgotten, is decided once
/// for all of them, in the <see cref="Crowd"/>. Pooled.
/// </summary>
internal sealed class Person(int joints, int bodyJoints, float jointThreshold)
{
    /// <summary>The estimator follows this person's box from frame to frame.</summary>
    public bool IsFollowed { get; set; }

    /// <summary>The tracker knows this person, confirmed or not.</summary>
    public bool IsTracked { get; set; }

    /// <summary>Where the crop of the next frame lies.</summary>
    public FollowedPerson Follow { get; set; } = new(joints);

    /// <summary>Identity and motion.</summary>
    public Track Track { get; } = new(joints, bodyJoints, jointThreshold);

    /// <summary>How often to measure.</summary>
    public PersonPace Pace { get; } = new(joints);

    /// <summary>Where optical flow starts.</summary>
    public FlowMemory Flow { get; } = new(joints);

    /// <summary>Measured once while nobody else stood there: not the double of somebody.</summary>
    public bool HasStoodApart { get; set; }

    /// <summary>This person in the list of the present frame; null = not in it.</summary>
    public TrackedPose? Listed { get; set; }
}
