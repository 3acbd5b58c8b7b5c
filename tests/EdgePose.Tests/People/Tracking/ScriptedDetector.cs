using EdgePose.Domain;

namespace EdgePose.Tests.People.Tracking;

/// <summary>
/// Turns ground truth into what a network might find: jittered boxes and joints, misses, lost and wild joints, false positives.
/// The noise depends on seed and frame index only, so that a frame looks the same at every frame rate.
/// </summary>
internal sealed record ScriptedDetector(int Seed)
{
    public double MissRate { get; init; } = 0.1;

    /// <summary>Mean number of false positives per frame.</summary>
    public double FalsePositives { get; init; } = 0.3;

    /// <summary>Standard deviation of box sides and centres, relative to the longer side.</summary>
    public double BoxJitter { get; init; } = 0.03;

    /// <summary>Standard deviation of a joint in units of its COCO tolerance σ·√area.</summary>
    public double JointJitter { get; init; } = 0.7;
    public double JointLoss { get; init; } = 0.05;
    public double WildJoints { get; init; } = 0.02;

    /// <summary>As bottom-up networks do: boxes are the extents of the found joints.</summary>
    public bool BottomUp { get; init; }

    /// <summary>Lists the people in a random order.</summary>
    public bool Shuffle { get; init; } = true;

    public void Detect(Clip clip, ClipFrame frame, PoseList poses)
    {
        var random = new Random(Seed * 100_003 + frame.Index);
        poses.Clear();
        var actors = frame.Actors.ToArray();
        if (Shuffle) { random.Shuffle(actors); }
        foreach (var actor in actors)
        {
            var own = new Random(Seed * 7919 + frame.Index * 613 + actor.Id);
            if (own.NextDouble() >= actor.Seen * (1 - MissRate)) { continue; }
            Add(poses, actor, Math.Clamp(0.7 + 0.17 * Gauss(own), 0.12, 0.98), own);
        }
        if (actors.Length == 0) { return; }
        for (var left = Poisson(random, FalsePositives); left > 0; left--)
        {
            var like = actors[random.Next(actors.Length)];
            var (dx, dy) = ((float)(random.NextDouble() * clip.Width - like.Box.CenterX), (float)(random.NextDouble() * clip.Height - like.Box.CenterY));
            var points = like.Points.Select(q => new Keypoint(q.X + dx, q.Y + dy, q.Score * 0.7f)).ToArray();
            var box = new Box(like.Box.X1 + dx, like.Box.Y1 + dy, like.Box.X2 + dx, like.Box.Y2 + dy);
            Add(poses, new Actor(0, box, false, 1, points), 0.15 + 0.4 * random.NextDouble(), random);
        }
    }

    private void Add(PoseList poses, Actor actor, double score, Random random)
    {
        if (BottomUp && actor.Points.Count(p => p.IsFound) < 3) { return; }
        var pose = poses.Add();
        pose.Score = (float)score;
        var size = Math.Max(actor.Box.Width, actor.Box.Height) * BoxJitter;
        pose.Box = new Box(Jitter(actor.Box.X1), Jitter(actor.Box.Y1), Jitter(actor.Box.X2), Jitter(actor.Box.Y2));
        var body = Math.Sqrt(actor.Box.Area * 0.53);
        for (var j = 0; j < actor.Points.Length; j++)
        {
            var p = actor.Points[j];
            if (!p.IsFound || random.NextDouble() < JointLoss) { continue; }
            var sigma = Scenes.Coco.Sigmas[j] * body * (random.NextDouble() < WildJoints ? 15 : JointJitter);
            pose.Points[j] = new Keypoint((float)(p.X + sigma * Gauss(random)), (float)(p.Y + sigma * Gauss(random)), (float)Math.Clamp(p.Score + 0.1 * Gauss(random), 0.05, 1));
        }
        if (BottomUp) { pose.Box = pose.TryGetExtents(0.3f, out var extents, out _) ? extents : default; }

        float Jitter(float side) => (float)(side + size * Gauss(random));
    }

    private static int Poisson(Random random, double mean)
    {
        var (n, product) = (0, random.NextDouble());
        for (var limit = Math.Exp(-mean); product > limit; n++) { product *= random.NextDouble(); }
        return n;
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
