using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Listing;
using EdgePose.People.Skipping;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.SystemTests.Skipping;

/// <summary>What a stream publishes on a clip whose people are known.</summary>
/// <param name="Right">Published people who stand where somebody is (IoU of the boxes from .5).</param>
/// <param name="Wrong">Published people who stand nowhere.</param>
/// <param name="Missed">People who were not published.</param>
/// <param name="Idf1">How well identities hold.</param>
/// <param name="Held">People listed as not having moved.</param>
/// <param name="Outside">People whose middle lies outside the picture.</param>
/// <param name="Doubles">Pairs of one message that stand on one person (OKS from .5).</param>
/// <param name="LeastScore">Lowest score of anybody.</param>
internal sealed record PublishedFigures(int Right, int Wrong, int Missed, double Idf1, int Held, int Outside, int Doubles, float LeastScore)
{
    public double Recall => Right / (double)(Right + Missed);

    public double WrongShare => Wrong / (double)Math.Max(1, Right + Wrong);

    public static PublishedFigures Of(
        RealStages stages, IPoseEstimator estimator, SkippingSettings skipping, Dataset truth, IReadOnlyList<Frame> frames, int every, double fps, Quality quality)
    {
        var people = new PeoplePipeline(estimator, stages.Tracker, skipping, new ListingSettings());
        var judged = new ClipTruth(truth, estimator.Skeleton);
        var (held, outside, doubles, least) = (0, 0, 0, 1f);
        for (var i = 0; i < frames.Count; i += every)
        {
            people.Process(frames[i], i / fps, quality);
            judged.Add(i, frames[i].Width, frames[i].Height, people.People);
            for (var k = 0; k < people.People.Count; k++)
            {
                var (person, frame) = (people.People[k], frames[i]);
                held += person.Source == PoseSource.Held ? 1 : 0;
                outside += person.Box.CenterX < 0 || person.Box.CenterX >= frame.Width || person.Box.CenterY < 0 || person.Box.CenterY >= frame.Height ? 1 : 0;
                least = Math.Min(least, person.Score);
                for (var other = 0; other < k; other++) { doubles += Similarity(people.People[other], person, estimator.Skeleton) >= 0.5 ? 1 : 0; }
            }
        }
        var figures = TrackFigures.Of("iou", judged.ByBox);
        return new PublishedFigures(figures.Tp, figures.Fp, figures.Fn, figures.Idf1, held, outside, doubles, least);
    }

    /// <summary>OKS over all joints that both have.</summary>
    private static double Similarity(TrackedPose a, TrackedPose b, Skeleton skeleton)
    {
        var (sum, count, area) = (0.0, 0, (a.Box.Area + b.Box.Area) / 2);
        for (var j = 0; j < skeleton.BodyJoints; j++)
        {
            if (!a.Points[j].IsFound || !b.Points[j].IsFound) { continue; }
            var (dx, dy, sigma) = (a.Points[j].X - b.Points[j].X, a.Points[j].Y - b.Points[j].Y, 2 * skeleton.Sigmas[j]);
            (sum, count) = (sum + Math.Exp(-(dx * dx + dy * dy) / (2 * sigma * sigma * area)), count + 1);
        }
        return count == 0 ? 0 : sum / count;
    }
}
