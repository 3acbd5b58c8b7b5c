using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Workshop.Evaluation;

/// <summary>From detections to the report.</summary>
internal static class KeypointMeasures
{
    private const int Resamples = 1000;
    private const int Seed = 1;
    private const double Level = 0.95;

    /// <summary>Joints that data set and model share by name.</summary>
    /// <exception cref="UserError">They share none.</exception>
    public static IReadOnlyList<(int Data, int Model)> CommonJoints(Dataset dataset, Skeleton model)
    {
        var common = JointNames.Common(dataset.Skeleton, model);
        return common.Count > 0 ? common : throw new UserError(
            ExitCode.Model, $"{dataset.Path} ({dataset.Skeleton.Name}) and the model ({model.Name}) share no joint");
    }

    /// <summary>All figures of <paramref name="results"/>, which were made in the layout of <paramref name="model"/>.</summary>
    public static KeypointReport Report(Dataset dataset, IReadOnlyList<PersonResult> results, Skeleton model, CancellationToken stop)
    {
        int[] common = [.. CommonJoints(dataset, model).Select(p => p.Data)];
        var tasks = Tasks(dataset, common);
        var prepared = tasks.Select(t => EvalImage.Prepare(dataset, results, t)).ToArray();
        var (task, images) = (tasks[^1], prepared[^1]);
        return new KeypointReport
        {
            Dataset = dataset.Path, DatasetSha256 = dataset.Sha256, Images = dataset.Images.Count, Detections = results.Count,
            People = images.Sum(i => i.People.Count(p => !p.Ignore)), Joints = [.. task.Joints.Select(j => dataset.Skeleton.Joints[j])],
            Notes = Notes(dataset, model, task), Figures = [.. tasks.Select((t, i) => KeypointFigures.Of(t, prepared[i]))],
            ApInterval = new Bootstrap(images).OfAp(Resamples, Seed, Level, stop) is { } ci ? new IntervalFigures(ci.Low, ci.High, Level, Resamples, Seed) : null,
            Pck = Figures(Pck.ByBox(images, task), "box", dataset, task), Pckh = Figures(Pck.ByHead(images, task, dataset.Skeleton), "head", dataset, task),
        };
    }

    /// <summary>The pictures as the figure that stands for the whole sees them.</summary>
    public static IReadOnlyList<EvalImage> Prepare(Dataset dataset, IReadOnlyList<PersonResult> results, Skeleton model) =>
        EvalImage.Prepare(dataset, results, Whole(dataset, model));

    /// <summary>What is measured when one figure stands for the whole.</summary>
    public static KeypointTask Whole(Dataset dataset, Skeleton model) => Tasks(dataset, [.. CommonJoints(dataset, model).Select(p => p.Data)])[^1];

    // All parts where everything is there; one part where the model knows exactly that; otherwise the joints in common.
    private static IReadOnlyList<KeypointTask> Tasks(Dataset dataset, int[] common)
    {
        if (!dataset.IsWholeBody) { return [KeypointTask.Plain(dataset, common)]; }
        var parts = KeypointTask.WholeBody();
        if (common.Length == dataset.Skeleton.Count) { return parts; }
        return parts.FirstOrDefault(p => p.Joints.SequenceEqual(common)) is { } part ? [part] : [KeypointTask.Plain(dataset, common)];
    }

    private static List<string> Notes(Dataset dataset, Skeleton model, KeypointTask task)
    {
        var notes = new List<string>();
        if (task.Joints.Count < dataset.Skeleton.Count)
        {
            notes.Add($"only the {task.Joints.Count} joints that {dataset.Skeleton.Name} shares with {model.Name} are evaluated, with the data set's sigmas; "
                + "people are counted by these joints, so the figures do not compare with published ones");
        }
        if (!task.UseArea) { notes.Add("the area of a person is 0.53 x box, as CrowdPose has it"); }
        return notes;
    }

    private static PckFigures? Figures(PckScores? scores, string of, Dataset dataset, KeypointTask task) => scores is null ? null : new PckFigures(
        scores.Threshold, of, scores.Mean, task.Joints.Select((joint, k) => (Name: dataset.Skeleton.Joints[joint], Value: scores.PerJoint[k])).ToDictionary(p => p.Name, p => p.Value));
}
