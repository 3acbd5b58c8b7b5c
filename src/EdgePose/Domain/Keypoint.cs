namespace EdgePose.Domain;

/// <summary>
/// One joint in frame pixels with the score that its network gives it. Scores of one model are comparable with each other,
/// scores of two models are not. A joint that was not found is <see cref="Missing"/>: never (0,0) and never (-1,-1).
/// </summary>
internal readonly record struct Keypoint(float X, float Y, float Score)
{
    public static readonly Keypoint Missing = new(float.NaN, float.NaN, 0);

    public bool IsFound => !float.IsNaN(X) && !float.IsNaN(Y);
}
