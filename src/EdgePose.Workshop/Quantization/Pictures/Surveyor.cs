using EdgePose.Domain;
using EdgePose.Networks.TopDown;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>Looks at each picture once: identity, size, people's boxes, and whether there is anybody at all.</summary>
/// <param name="feed">Decodes.</param>
/// <param name="model">The float model.</param>
/// <param name="engine">It, running; for top-down models null, because boxes say it already.</param>
/// <param name="detector">Finds the boxes of top-down models; null for others.</param>
internal sealed class Surveyor(FrameFeed feed, ModelDescriptor model, Engine? engine, PersonDetector? detector)
{
    /// <summary>Smallest score of a bottom-up person that counts as somebody: what the daemon reports by default.</summary>
    private const float LeastScore = 0.2f;

    /// <param name="samples">Pictures.</param>
    /// <param name="boxesFrom">Smallest score of a detection.</param>
    /// <param name="given">Boxes of each picture instead of the detector's, by size of the picture; null = detect.</param>
    /// <param name="progress">Pictures done.</param>
    /// <param name="stop">Ends the work early.</param>
    public IReadOnlyList<SurveyedSample> Survey(
        IReadOnlyList<Sample> samples, float boxesFrom, Func<int, IReadOnlyList<Detection>>? given, IProgress<(int Done, int Total)> progress, CancellationToken stop)
    {
        var (surveyed, found) = (new List<SurveyedSample>(samples.Count), new List<Detection>());
        foreach (var frame in feed.Read(samples, stop))
        {
            var at = surveyed.Count;
            IReadOnlyList<Detection> boxes = [];
            if (given is not null) { boxes = given(at); }
            else if (detector is not null)
            {
                detector.Detect(frame, found);
                boxes = [.. found.Where(d => d.Score >= boxesFrom)];
            }
            var hasPerson = engine is null ? boxes.Count > 0 : engine.Find(frame, boxes).Any(IsSomebody);
            surveyed.Add(new SurveyedSample(samples[at], PixelHash.Of(frame), frame.Width, frame.Height, boxes, hasPerson));
            PictureMemory.Count(surveyed.Count);
            progress.Report((surveyed.Count, samples.Count));
        }
        return surveyed;
    }

    private bool IsSomebody(Person person) => model.Task == ModelTask.Detect ? person.Score >= model.Decode.ScoreThreshold
        : person.Score >= LeastScore && new SureJoints(model.Decode.JointThreshold).IsSure(person);
}
