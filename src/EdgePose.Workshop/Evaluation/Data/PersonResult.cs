namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>A detected person in the layout of a data set, in pixels of the picture.</summary>
internal sealed record PersonResult
{
    public required long Image { get; init; }

    /// <summary>x, y, score for each joint; 0, 0, 0 for a joint that was not found.</summary>
    public required double[] Points { get; init; }
    public required double Score { get; init; }

    /// <summary>x, y, width, height; null when the file gives none.</summary>
    public double[]? Box { get; init; }

    /// <summary>Scores of body, foot, face, left hand, right hand and the whole, where a file gives them; null = <see cref="Score"/>.</summary>
    public double?[]? PartScores { get; init; }
}
