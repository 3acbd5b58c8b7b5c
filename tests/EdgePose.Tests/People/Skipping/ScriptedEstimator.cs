using EdgePose.Domain;
using EdgePose.Networks.Estimation;

namespace EdgePose.Tests.People.Skipping;

/// <summary>
/// Networks that know a <see cref="Stage"/>: they find everybody present, with joints that tremble a little, and count their runs. With a
/// detector they follow people by number and find new ones only when it runs, as a top-down chain does.
/// </summary>
internal sealed class ScriptedEstimator(Stage stage, bool hasDetector, double tremble = 0.004) : IPoseEstimator
{
    private readonly HashSet<int> _followed = [];
    private readonly Random _random = new(3);

    /// <summary>Time of the frame that comes next.</summary>
    public double Time { get; set; }

    public Skeleton Skeleton => Skeletons.Coco17;
    public string Model => "scripted";
    public bool HasDetector => hasDetector;
    public bool WantsDetector => false;
    public long DetectorRuns { get; private set; }
    public long PoseRuns { get; private set; }

    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => (sourceWidth, sourceHeight);

    public void Estimate(Frame frame, PoseList poses)
    {
        var look = new Look();
        look.Begin(detect: true);
        Estimate(frame, look, poses);
    }

    public void Estimate(Frame frame, Look look, PoseList poses)
    {
        poses.Clear();
        if (hasDetector && look.Detect) { DetectorRuns++; }
        if (!hasDetector) { PoseRuns++; }
        foreach (var walker in stage.Present(Time))
        {
            if (!hasDetector || look.Detect) { _followed.Add(walker.Id); }
            if (!_followed.Contains(walker.Id)) { continue; }
            if (look.LeavesOut(walker.Id)) { look.WasLeftOut(walker.Id); continue; }
            if (hasDetector) { PoseRuns++; }
            Measure(walker, poses.Add());
        }
        _followed.RemoveWhere(id => !stage.Present(Time).Any(w => w.Id == id));
    }

    private void Measure(Walker walker, Pose pose)
    {
        var joints = walker.Joints(Time);
        for (var j = 0; j < joints.Length; j++)
        {
            pose.Points[j] = new Keypoint((float)(joints[j].X + Jitter(walker)), (float)(joints[j].Y + Jitter(walker)), 0.8f);
        }
        (pose.Box, pose.Score, pose.Person) = (walker.BoxAt(Time), 0.9f, hasDetector ? walker.Id : 0);
    }

    private double Jitter(Walker walker) =>
        tremble * walker.Height * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
