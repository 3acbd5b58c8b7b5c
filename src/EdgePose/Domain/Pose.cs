namespace EdgePose.Domain;

/// <summary>
/// One person's key-points in frame pixels. The instance is pooled by its <see cref="PoseList"/>: copy what must outlive the next frame.
/// </summary>
internal sealed class Pose(int joints)
{
    public readonly Keypoint[] Points = new Keypoint[joints];

    /// <summary>Instance score: detector score for top-down models, mean joint score before refinement for bottom-up ones.</summary>
    public float Score { get; set; }

    /// <summary>The person's box; for bottom-up models the extents of the found joints.</summary>
    public Box Box { get; set; }

    /// <summary>Number by which an estimator follows this person from frame to frame; 0 when it follows nobody.</summary>
    public long Person { get; set; }

    /// <summary>Mean score of the joints at or above <paramref name="threshold"/>; 0 when there is none.</summary>
    public float MeanScore(float threshold)
    {
        var (sum, count) = (0f, 0);
        foreach (ref readonly var p in Points.AsSpan())
        {
            if (p.IsFound && p.Score >= threshold) { sum += p.Score; count++; }
        }
        return count == 0 ? 0 : sum / count;
    }

    /// <summary>Extents of the found joints with a score of at least <paramref name="threshold"/>; false when there is none.</summary>
    public bool TryGetExtents(float threshold, out Box box, out int found)
    {
        var (x1, y1, x2, y2) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
        found = 0;
        foreach (ref readonly var p in Points.AsSpan())
        {
            if (!p.IsFound || p.Score < threshold) { continue; }
            found++;
            (x1, y1) = (MathF.Min(x1, p.X), MathF.Min(y1, p.Y));
            (x2, y2) = (MathF.Max(x2, p.X), MathF.Max(y2, p.Y));
        }
        box = found == 0 ? default : new Box(x1, y1, x2, y2);
        return found > 0;
    }
}
