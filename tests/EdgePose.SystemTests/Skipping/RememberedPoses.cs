using EdgePose.Domain;
using EdgePose.Inference;

namespace EdgePose.SystemTests.Skipping;

/// <summary>A bottom-up estimator that looks at each frame of a clip once, whatever number of runs ask for it.</summary>
internal sealed class RememberedPoses(IPoseEstimator inner) : IPoseEstimator
{
    private readonly Dictionary<long, List<(Keypoint[] Points, float Score, Box Box)>> _frames = [];

    public void Load(string path)
    {
        if (!File.Exists(path)) { return; }
        using var r = new BinaryReader(File.OpenRead(path));
        var n = r.ReadInt32();
        for (var i = 0; i < n; i++)
        {
            var key = r.ReadInt64(); var m = r.ReadInt32(); var list = new List<(Keypoint[], float, Box)>();
            for (var k = 0; k < m; k++)
            {
                var s = r.ReadSingle(); var b = new Box(r.ReadSingle(), r.ReadSingle(), r.ReadSingle(), r.ReadSingle());
                var p = new Keypoint[Skeleton.Count];
                for (var j = 0; j < p.Length; j++) { p[j] = new Keypoint(r.ReadSingle(), r.ReadSingle(), r.ReadSingle()); }
                list.Add((p, s, b));
            }
            _frames[key] = list;
        }
    }

    public void Save(string path)
    {
        using var w = new BinaryWriter(File.Create(path));
        w.Write(_frames.Count);
        foreach (var (key, list) in _frames)
        {
            w.Write(key); w.Write(list.Count);
            foreach (var (p, s, b) in list)
            {
                w.Write(s); w.Write(b.X1); w.Write(b.Y1); w.Write(b.X2); w.Write(b.Y2);
                foreach (var q in p) { w.Write(q.X); w.Write(q.Y); w.Write(q.Score); }
            }
        }
    }

    public Skeleton Skeleton => inner.Skeleton;
    public string Model => inner.Model;
    public bool HasDetector => inner.HasDetector ? throw new NotSupportedException("its poses depend on earlier frames") : false;
    public bool WantsDetector => false;
    public long DetectorRuns => 0;
    public long PoseRuns { get; private set; }

    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => inner.PreferredFrame(sourceWidth, sourceHeight);

    public void Estimate(Frame frame, PoseList poses) => Estimate(frame, new Look(), poses);

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
