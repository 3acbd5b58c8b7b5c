using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Listing;

/// <summary>
/// Who of the people known is fit to be published: nobody below the floor of confidence, nobody who has left the picture, and of two who
/// stand on one human only the better one. Allocates nothing. Not thread-safe.
/// </summary>
internal sealed class ListingRule(Skeleton skeleton, ListingSettings settings, float jointThreshold)
{
    /// <summary>
    /// Similarity (OKS) from which two poses are one person. Different people of COCO's pictures with ten common joints stay below .25; only
    /// people who pass before one another come nearer.
    /// </summary>
    private const float SamePerson = 0.35f;

    /// <summary>The same for two whom one look of the networks showed and who have been seen apart before: they pass before one another.</summary>
    private const float SamePersonOfTwo = 0.5f;

    /// <summary>Below this similarity two people are apart.</summary>
    private const float Apart = 0.2f;

    /// <summary>Without four common joints the overlap of the boxes decides.</summary>
    private const int LeastJoints = 4;

    /// <summary>Part of a person who was not measured that must lie in the picture.</summary>
    private const float LeastInside = 0.5f;

    private readonly int _bodyJoints = Math.Min(skeleton.BodyJoints, skeleton.Count);

    /// <summary>Takes those out of <paramref name="people"/> who are not to be published.</summary>
    /// <param name="crowd">What is known of them.</param>
    /// <param name="people">Everybody who is listed in a frame.</param>
    /// <param name="width">Of the frame, in pixels.</param>
    /// <param name="height">Of the frame, in pixels.</param>
    public void Apply(Crowd crowd, TrackedPoseList people, int width, int height)
    {
        for (var i = people.Count - 1; i >= 0; i--)
        {
            if (!(people[i].Score >= settings.MinScore) || !IsInside(people[i], width, height)) { Remove(people[i], crowd, people); }
        }
        for (var i = crowd.Tracked.Count - 1; i >= 0; i--) { Compare(crowd.Tracked[i], i, crowd, people); }
    }

    /// <summary>Compares somebody with those whom the tracker met before.</summary>
    private void Compare(Person person, int index, Crowd crowd, TrackedPoseList people)
    {
        var isAlone = true;
        for (var k = 0; k < index && person.Listed is not null; k++)
        {
            var other = crowd.Tracked[k];
            if (other.Listed is null) { continue; }
            var similarity = Similarity(person.Listed, other.Listed);
            isAlone &= similarity < Apart;
            var areTwo = person.HasStoodApart && other.HasStoodApart && person.Listed.AgeMs == other.Listed.AgeMs;
            if (similarity >= (areTwo ? SamePersonOfTwo : SamePerson))
            {
                Remove(IsBetter(other.Listed, person.Listed) ? person.Listed : other.Listed, crowd, people);
            }
        }
        person.HasStoodApart |= isAlone && person.Listed is { Source: PoseSource.Measured };
    }

    private static void Remove(TrackedPose pose, Crowd crowd, TrackedPoseList people)
    {
        foreach (var person in crowd.Tracked)
        {
            if (person.Listed == pose) { person.Listed = null; }
        }
        people.Remove(pose);
    }

    /// <summary>Predictions end at the border: of what lies beyond, nobody can say anything.</summary>
    private static bool IsInside(TrackedPose person, int width, int height)
    {
        var box = person.Box;
        var seen = box.Clip(width, height);
        if (person.Source == PoseSource.Measured) { return !seen.IsEmpty; }
        if (seen.IsEmpty || !(seen.Area >= LeastInside * box.Area) || !IsIn(box.CenterX, box.CenterY, width, height)) { return false; }
        person.Box = seen;
        return true;
    }

    private static bool IsIn(float x, float y, int width, int height) => x >= 0 && x < width && y >= 0 && y < height;

    /// <summary>What was measured is better than what was not, then the surer one, then whom we have known for longer.</summary>
    private static bool IsBetter(TrackedPose a, TrackedPose b)
    {
        var (measuredA, measuredB) = (a.Source == PoseSource.Measured, b.Source == PoseSource.Measured);
        if (measuredA != measuredB) { return measuredA; }
        return a.Score != b.Score ? a.Score > b.Score : a.Track < b.Track;
    }

    /// <summary>
    /// OKS over the joints that the last measurements of both were sure of (scores of predictions say how old they are), or over all that both
    /// have, whichever is more: a reader of the message does not know which joints were sure.
    /// </summary>
    private float Similarity(TrackedPose a, TrackedPose b)
    {
        var overlap = a.Box.Iou(b.Box);
        if (overlap == 0) { return 0; }
        var (sure, sureSum, common, sum, area) = (0, 0f, 0, 0f, MathF.Max(1, (a.Box.Area + b.Box.Area) / 2));
        for (var j = 0; j < _bodyJoints; j++)
        {
            if (!a.Points[j].IsFound || !b.Points[j].IsFound) { continue; }
            var (dx, dy, sigma) = (a.Points[j].X - b.Points[j].X, a.Points[j].Y - b.Points[j].Y, 2 * skeleton.Sigmas[j]);
            var near = MathF.Exp(-(dx * dx + dy * dy) / (2 * sigma * sigma * area));
            (common, sum) = (common + 1, sum + near);
            if (IsSure(a, j) && IsSure(b, j)) { (sure, sureSum) = (sure + 1, sureSum + near); }
        }
        if (common < LeastJoints) { return overlap * overlap; }
        return MathF.Max(sum / common, sure < LeastJoints ? 0 : sureSum / sure);
    }

    private bool IsSure(TrackedPose person, int joint) => person.Measured[joint].Score >= jointThreshold;
}
