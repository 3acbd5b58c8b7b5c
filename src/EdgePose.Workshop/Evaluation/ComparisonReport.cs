namespace EdgePose.Workshop.Evaluation;

/// <summary>One of two models that were compared.</summary>
/// <param name="Run">What ran, and how.</param>
/// <param name="Ap">Over the joints that both models and the data set share; the others too.</param>
/// <param name="MedianMs">Median time of a picture, from the frame to the joints, both models in turn.</param>
internal sealed record ComparedModel(RunFigures Run, double Ap, double Ap50, double Ap75, double Ar, int Detections, double MedianMs);

/// <summary>AP of the second model less that of the first.</summary>
/// <param name="Ap">-1..1; above 0 the second one is better.</param>
/// <param name="Low">Lower end of the interval over draws of the pictures, the same draws for both.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Level">Share of the draws within.</param>
/// <param name="Resamples">Number of draws.</param>
/// <param name="Seed">Of the draws.</param>
internal sealed record ApDifference(double Ap, double? Low, double? High, double Level, int Resamples, int Seed)
{
    /// <summary>True when the whole interval is on one side.</summary>
    public bool IsShown => Low > 0 || High < 0;
}

/// <summary>Result of <c>edgepose compare</c>.</summary>
internal sealed record ComparisonReport
{
    public string Schema { get; init; } = "edgepose.compare/1";
    public required string Dataset { get; init; }
    public required string DatasetSha256 { get; init; }
    public required int Images { get; init; }

    /// <summary>People that count: not a crowd, with one of the joints labelled.</summary>
    public required int People { get; init; }

    /// <summary>Joints that were evaluated.</summary>
    public required IReadOnlyList<string> Joints { get; init; }
    public required ComparedModel First { get; init; }
    public required ComparedModel Second { get; init; }
    public required ApDifference Difference { get; init; }

    /// <summary>What that means, in a sentence.</summary>
    public required string Verdict { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
}
