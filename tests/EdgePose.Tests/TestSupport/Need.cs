using Xunit;

namespace EdgePose.TestSupport;

/// <summary>What a test needs of the machine and set-up brings.</summary>
internal static class Need
{
    /// <summary>Set by <c>./build.sh test --ci</c>, which has run set-up: what is missing then is missing for good, and a skipped test would hide it.</summary>
    public const string Strict = "EDGEPOSE_TESTS_STRICT";

    /// <summary>Skips the test where something is missing that set-up brings; fails it in continuous integration.</summary>
    public static void FromSetup(bool isThere, string what) => FromSetup(isThere, what, Environment.GetEnvironmentVariable(Strict) == "1");

    internal static void FromSetup(bool isThere, string what, bool strict)
    {
        Assert.False(strict && !isThere, $"{what} (set-up should have brought it)");
        Assert.SkipUnless(isThere, what);
    }
}
