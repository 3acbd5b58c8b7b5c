namespace EdgePose.Networks.TopDown;

/// <summary>
/// The people whom a top-down estimator follows from frame to frame. The estimator says who they are; who keeps them may remember more of
/// each.
/// </summary>
internal interface IFollowedPeople
{
    int Count { get; }

    FollowedPerson this[int index] { get; }

    /// <summary>Adds somebody at the end, with a number that is never used again.</summary>
    FollowedPerson Begin();

    /// <summary>Ends a frame: these people remain, in this order; the others are followed no more.</summary>
    /// <param name="remaining">Each of them was in the list.</param>
    void Keep(List<FollowedPerson> remaining);
}
