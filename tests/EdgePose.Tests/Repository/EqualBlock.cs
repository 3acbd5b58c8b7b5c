namespace EdgePose.Repository;

/// <summary>Two places where the same lines stand.</summary>
/// <param name="First">Where they begin in the first place.</param>
/// <param name="Second">Where they begin in the second place.</param>
/// <param name="Lines">Equal lines, blank ones not counted.</param>
internal sealed record EqualBlock(SourcePlace First, SourcePlace Second, int Lines)
{
    public override string ToString() => $"{Lines} lines: {First} = {Second}";
}
