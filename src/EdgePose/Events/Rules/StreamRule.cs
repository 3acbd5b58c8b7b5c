namespace EdgePose.Events.Rules;

/// <summary>The rule that nobody configures: lost and restored streams.</summary>
internal static class StreamRule
{
    /// <summary>Stands in its events where others have the user's name of the rule.</summary>
    public const string Name = "stream";
}
