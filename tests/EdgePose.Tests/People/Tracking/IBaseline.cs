using EdgePose.Domain;

namespace EdgePose.Tests.People.Tracking;

/// <summary>A published tracker, written anew for comparison only: it counts frames, is simple, and allocates.</summary>
internal interface IBaseline
{
    List<(long Id, Box Box)> Update(PoseList poses);
}
