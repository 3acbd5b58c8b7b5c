using EdgePose.Domain;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Suppression of duplicate people by object key-point similarity. The similarity of two predictions is that of COCO's evaluation with the
/// variance (2 sigma)^2 and the mean of both areas (open-mmlab/mmpose:mmpose/evaluation/functional/nms.py), summed over the joints that both
/// have and divided by the joints of the smaller one, so that a fragment of a person counts as its duplicate.
/// </summary>
internal sealed class Duplicates(Skeleton skeleton)
{
    private readonly float[] _variance = [.. skeleton.Sigmas.Select(s => 4 * s * s)];
    private float[] _areas = [];

    /// <summary>Removes from the people kept (best first) those that resemble a better one by more than <paramref name="threshold"/>.</summary>
    public void Suppress(GroupedPeople people, float threshold)
    {
        if (_areas.Length < people.KeptCount) { _areas = new float[people.Kept.Length]; }
        var count = 0;
        for (var k = 0; k < people.KeptCount; k++)
        {
            var (person, area) = (people.Kept[k], Area(people, people.Kept[k]));
            var duplicate = false;
            for (var b = 0; b < count && !duplicate; b++)
            {
                duplicate = Similarity(people, people.Kept[b], person, (_areas[b] + area) * 0.5f) > threshold;
            }
            if (duplicate) { continue; }
            (people.Kept[count], _areas[count]) = (person, area);
            count++;
        }
        people.KeptCount = count;
    }

    private float Similarity(GroupedPeople people, int a, int b, float area)
    {
        var (sum, ofA, ofB) = (0f, 0, 0);
        for (var j = 0; j < people.Joints; j++)
        {
            var (i, k) = (a * people.Joints + j, b * people.Joints + j);
            var (hasA, hasB) = (people.Value[i] > 0, people.Value[k] > 0);
            if (hasA) { ofA++; }
            if (hasB) { ofB++; }
            if (!hasA || !hasB) { continue; }
            var (dx, dy) = (people.X[i] - people.X[k], people.Y[i] - people.Y[k]);
            sum += MathF.Exp(-(dx * dx + dy * dy) / (2 * _variance[j] * MathF.Max(area, float.Epsilon)));
        }
        return sum / Math.Max(1, Math.Min(ofA, ofB));
    }

    private static float Area(GroupedPeople people, int person)
    {
        var (x1, y1, x2, y2) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
        for (var i = person * people.Joints; i < (person + 1) * people.Joints; i++)
        {
            if (!(people.Value[i] > 0)) { continue; }
            (x1, y1) = (MathF.Min(x1, people.X[i]), MathF.Min(y1, people.Y[i]));
            (x2, y2) = (MathF.Max(x2, people.X[i]), MathF.Max(y2, people.Y[i]));
        }
        return new Box(x1, y1, x2, y2).Area;
    }
}
