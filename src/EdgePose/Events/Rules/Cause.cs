namespace EdgePose.Events.Rules;

/// <summary>What a rule says of a person in one scene.</summary>
internal enum Cause
{
    No,
    Yes,

    /// <summary>The joints that would tell were not found.</summary>
    Unknown,
}
