using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.TopDown;

/// <summary>An estimator that follows people from frame to frame.</summary>
internal interface IFollowingEstimator : IPoseEstimator
{
    /// <summary>Keeps what is remembered of each in <paramref name="people"/> instead of in a list of its own. Only before the first frame.</summary>
    void FollowIn(IFollowedPeople people);
}
