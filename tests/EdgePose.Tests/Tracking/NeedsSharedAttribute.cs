using EdgePose.TestSupport;

namespace EdgePose.Tests.Tracking;

/// <summary>A fact that is reported as skipped, with the reason, where the reference data beside the repository is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSharedFactAttribute : FactAttribute
{
    public NeedsSharedFactAttribute(string relative) => Skip = SharedData.WhyNot(Relative = relative);

    public string Relative { get; }
}

/// <summary>A theory that is reported as skipped, with the reason, where the reference data beside the repository is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSharedTheoryAttribute : TheoryAttribute
{
    public NeedsSharedTheoryAttribute(string relative) => Skip = SharedData.WhyNot(Relative = relative);

    public string Relative { get; }
}

internal static class SharedData
{
    /// <summary>Null when <paramref name="relative"/> exists. xunit 2 decides on skipping at discovery; an exception cannot skip a test.</summary>
    public static string? WhyNot(string relative)
    {
        var path = Path.Combine(Repo.Root, "..", "shared", relative);
        return File.Exists(path) || Directory.Exists(path) ? null : $"needs ../shared/{relative}, which this checkout does not have";
    }
}
