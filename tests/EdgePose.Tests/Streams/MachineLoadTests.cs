using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class MachineLoadTests
{
    [Theory]
    [InlineData("13.02 5.50 2.10 15/733 12345", 2, "load 13 on 2 processors")]
    [InlineData("4.00 1.00 0.50 1/100 1", 1, "load 4 on 1 processor)")]
    [InlineData("3.90 5.50 2.10 15/733 12345", 1, "")]
    [InlineData("13.02 5.50 2.10 15/733 12345", 16, "")]
    [InlineData("", 2, "")]
    [InlineData("x y z", 2, "")]
    public void BusyMachine_IsNamed(string averages, int processors, string expected)
    {
        var excuse = MachineLoad.Excuse(averages, processors);
        if (expected.Length == 0) { Assert.Empty(excuse); }
        else { Assert.Contains(expected, excuse, StringComparison.Ordinal); }
    }
}
