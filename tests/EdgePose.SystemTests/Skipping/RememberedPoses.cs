using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.SystemTests.Skipping;

/// <summary>A bottom-up estimator that looks at each frame of a clip once, whatever number of runs ask for it.</summary>
internal sealed class RememberedPoses(IPoseEstimator inner) : IPoseEstimator
{
    private readonly Dictionary<long, List<(Keypoint[] Points, float Score, Box Box)>> _frames = [];

    public Skeleton Skeleton => inner.Skeleton;
    public string Model => inner.Model;
    public bool HasDetector => false;
    public bool WantsDetector => false;
    public long DetectorRuns => 0;
    public long PoseRuns { get; private set; }

    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => inner.PreferredFrame(sourceWidth, sourceHeight);

    public void Estimate(Frame frame, PoseList poses) => throw new NotSupportedException("the planner always says what to look at");

    public void Estimate(Frame frame, Look look, PoseList poses)
    {
        PoseRuns++;
        if (!_frames.TryGetValue(frame.Info.Sequence, out var people))
        {
            inner.Estimate(frame, look, poses);
            _frames[frame.Info.Sequence] = people = [.. Enumerable.Range(0, poses.Count).Select(i => (poses[i].Points.ToArray(), poses[i].Score, poses[i].Box))];
        }
        poses.Clear();
        foreach (var person in people)
        {
            var pose = poses.Add();
            person.Points.CopyTo(pose.Points, 0);
            (pose.Score, pose.Box) = (person.Score, person.Box);
        }
    }
}
