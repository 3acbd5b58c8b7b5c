namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>The ten numbers of COCO's key-point evaluation; -1 where nobody counts.</summary>
internal sealed record KeypointScores(
    double Ap, double Ap50, double Ap75, double ApMedium, double ApLarge, double Ar, double Ar50, double Ar75, double ArMedium, double ArLarge)
{
    public static KeypointScores Of(IReadOnlyList<EvalImage> images)
    {
        var all = PrecisionRecall.Of(images, AreaRange.All);
        var medium = PrecisionRecall.Of(images, AreaRange.Medium);
        var large = PrecisionRecall.Of(images, AreaRange.Large);
        return new KeypointScores(
            all.AveragePrecision, all.PrecisionAt(0), all.PrecisionAt(5), medium.AveragePrecision, large.AveragePrecision,
            all.AverageRecall, all.Recall[0], all.Recall[5], medium.AverageRecall, large.AverageRecall);
    }
}

/// <summary>
/// CrowdPose's numbers by crowd index of the picture: easy below .2, hard from .8. Each is the evaluation repeated on those pictures,
/// rounded to four digits as the original does (Jeff-sjtu/CrowdPose:crowdpose-api).
/// </summary>
internal sealed record CrowdScores(double Easy, double Medium, double Hard)
{
    public static CrowdScores Of(IReadOnlyList<EvalImage> images) => new(
        Ap(images, c => c < 0.2), Ap(images, c => c is >= 0.2 and < 0.8), Ap(images, c => c >= 0.8));

    private static double Ap(IReadOnlyList<EvalImage> images, Func<double, bool> belongs) => Math.Round(
        PrecisionRecall.Of(images.Where(i => i.Image.CrowdIndex is { } c && belongs(c)), AreaRange.All).AveragePrecision, 4);
}
