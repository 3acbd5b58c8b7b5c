using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Workshop.Quantization.Engines;

/// <summary>
/// Which of the float model's joints stand for truth: those at or above the model's threshold, of people with at least
/// <see cref="LeastJoints"/> of them. Where no person reaches that, as with random weights, every joint that was found stands.
/// </summary>
/// <param name="Threshold">Smallest score of a joint that counts.</param>
internal readonly record struct SureJoints(float Threshold)
{
    private const int LeastJoints = 3;

    public static SureJoints Of(ModelDescriptor model, IReadOnlyList<IReadOnlyList<Person>> people)
    {
        var rule = new SureJoints(model.Decode.JointThreshold);
        return people.Any(p => p.Any(rule.IsSure)) ? rule : new SureJoints(float.NegativeInfinity);
    }

    /// <summary>True where even doubtful joints stand.</summary>
    public bool TakesAll => float.IsNegativeInfinity(Threshold);

    public bool IsSure(Person person)
    {
        var sure = 0;
        foreach (ref readonly var p in person.Points.AsSpan()) { sure += Counts(p) ? 1 : 0; }
        return sure >= LeastJoints;
    }

    /// <summary>x, y, v of each joint; v is 2 for those that stand, else 0.</summary>
    public double[] AsTruth(Person person)
    {
        var points = new double[3 * person.Points.Length];
        for (var k = 0; k < person.Points.Length; k++)
        {
            if (Counts(person.Points[k])) { (points[3 * k], points[3 * k + 1], points[3 * k + 2]) = (person.Points[k].X, person.Points[k].Y, 2); }
        }
        return points;
    }

    /// <summary>x, y, width, height of the person: the extents of the joints that stand, or the box where that is larger.</summary>
    public double[] BoxOf(Person person)
    {
        var (x1, y1, x2, y2) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        foreach (ref readonly var p in person.Points.AsSpan())
        {
            if (!Counts(p)) { continue; }
            (x1, y1, x2, y2) = (Math.Min(x1, p.X), Math.Min(y1, p.Y), Math.Max(x2, p.X), Math.Max(y2, p.Y));
        }
        if (person.Box.Area > (x2 - x1) * (y2 - y1)) { return [person.Box.X1, person.Box.Y1, person.Box.Width, person.Box.Height]; }
        return [x1, y1, Math.Max(1, x2 - x1), Math.Max(1, y2 - y1)];
    }

    /// <summary>Object key-point similarity with the float model's person as truth; the area is .53 of the box, as where no mask is annotated.</summary>
    public double Oks(Person exact, Person found, Skeleton skeleton)
    {
        var (box, sigmas) = (BoxOf(exact), skeleton.Sigmas.Select(s => (double)s).ToArray());
        var points = new double[3 * found.Points.Length];
        for (var k = 0; k < found.Points.Length; k++)
        {
            // A joint that is gone is nowhere near.
            (points[3 * k], points[3 * k + 1]) = found.Points[k].IsFound ? (found.Points[k].X, found.Points[k].Y) : (-1e6, -1e6);
        }
        return Evaluation.Keypoints.Oks.Similarity(AsTruth(exact), box, KeypointTask.AreaOfBox * box[2] * box[3], points, sigmas);
    }

    /// <summary>Adds the distances of the joints that both have, in pixels of the network's input.</summary>
    public void AddShifts(Person exact, Person found, List<double> shifts)
    {
        for (var k = 0; k < exact.Points.Length; k++)
        {
            var (p, q) = (exact.Points[k], found.Points[k]);
            if (Counts(p) && q.IsFound) { shifts.Add(Math.Sqrt(((double)p.X - q.X) * ((double)p.X - q.X) + ((double)p.Y - q.Y) * ((double)p.Y - q.Y)) * exact.InputScale); }
        }
    }

    private bool Counts(in Keypoint p) => p.IsFound && p.Score >= Threshold;
}
