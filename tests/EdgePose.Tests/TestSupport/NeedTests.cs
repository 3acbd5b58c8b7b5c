using EdgePose.Repository;

namespace EdgePose.TestSupport;

public sealed class NeedTests
{
    /// <summary>Skips for what set-up cannot bring: file and a word of the reason. Whatever else is missing goes through <see cref="Need"/>.</summary>
    private static readonly (string File, string Why)[] OfTheMachine =
    [
        ("Inference/BindingWindowTests.cs", "processor"), ("Ingest/SourceFaultTests.cs", "hardware that must be absent"), ("Packaging/Arm64ProgramTests.cs", "processor"),
        ("Packaging/GpuProgramTests.cs", "hardware that must be absent"), ("Peers/NetworkNamespace.cs", "right to make a namespace"), ("Peers/SmallDisk.cs", "right to make a namespace"),
        ("Publish/F34_DiskFullTests.cs", "right to mount"), ("Skipping/PanZoomSkippingTests.cs", "measured on request"),
        ("Systemd/InstalledProgramTests.cs", "root's rights"), ("Settings/Files/PathTrustTests.cs", "root's rights"),
        ("Networks/Runtime/ExecutionProvidersTests.cs", "hardware that must be absent"), ("Repository/SizeTests.cs", "part of the source that a branch may lack"),
        ("Service/SpoolFolderTests.cs", "a user who is not root"), ("TestSupport/Repo.cs", "reference data that is not published"),
    ];

    [Fact]
    public void FromSetup_WhatIsMissing_SkipsTheTest_AndFailsItInContinuousIntegration()
    {
        Need.FromSetup(isThere: true, "a broker", strict: true);
        Assert.StartsWith("$XunitDynamicSkip$needs a broker", Message(strict: false), StringComparison.Ordinal);
        Assert.Contains("needs a broker (set-up should have brought it)", Message(strict: true), StringComparison.Ordinal);
        Assert.DoesNotContain("$XunitDynamicSkip$", Message(strict: true), StringComparison.Ordinal);

        static string Message(bool strict)
        {
            // Assert.Throws lets a skip through: xunit would report this test itself as skipped.
            try { Need.FromSetup(isThere: false, "needs a broker", strict); }
            catch (Exception e) when (e is Xunit.Sdk.SkipException or Xunit.Sdk.XunitException) { return e.Message; }
            return "";
        }
    }

    [Fact]
    public void ContinuousIntegration_IsStrict()
    {
        Assert.Contains("./build.sh test --ci", SourceTree.Read(".ci/run"), StringComparison.Ordinal);
        Assert.Contains($"Environment.SetEnvironmentVariable(\"{Need.Strict}\", isCi ? \"1\" : \"\")", SourceTree.Read("build.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Skips_AreForWhatSetupCannotBring()
    {
        var skipping = SourceTree.CSharp("tests/").Where(f => !f.Contains("/Need", StringComparison.Ordinal) && SourceTree.Read(f).Contains("Assert.Skip", StringComparison.Ordinal));
        Assert.Equal(OfTheMachine.Select(o => o.File).Order(StringComparer.Ordinal), skipping.Select(f => f.Split('/', 3)[2]).Order(StringComparer.Ordinal));
        Assert.All(OfTheMachine, o => Assert.NotEmpty(o.Why));
    }
}
