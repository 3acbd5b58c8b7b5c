namespace EdgePose.Repository;

/// <summary>A line of a file, 1-based.</summary>
internal readonly record struct SourcePlace(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}
