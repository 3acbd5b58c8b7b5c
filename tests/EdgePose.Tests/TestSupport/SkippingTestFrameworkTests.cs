namespace EdgePose.TestSupport;

public sealed class SkippingTestFrameworkTests
{
    [Fact]
    public void SkipReason_ExceptionOfSkipUnless_IsItsReason()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Repo.SkipUnless(false, "no camera here"));
        Assert.Equal("no camera here", SkippingTestFramework.SkipReason([exception.Message]));
    }

    [Fact]
    public void SkipReason_AnyOtherException_IsNone()
    {
        Assert.Null(SkippingTestFramework.SkipReason(["broken"]));
        Assert.Null(SkippingTestFramework.SkipReason([]));
    }

    [Fact]
    public void Assembly_NamesTheFramework()
    {
        var attributes = typeof(SkippingTestFrameworkTests).Assembly.GetCustomAttributesData();
        var framework = attributes.Single(a => a.AttributeType == typeof(TestFrameworkAttribute));
        Assert.Equal(typeof(SkippingTestFramework).FullName, framework.ConstructorArguments[0].Value);
    }
}
