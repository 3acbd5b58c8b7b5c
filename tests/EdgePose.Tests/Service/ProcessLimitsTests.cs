using EdgePose.Service;

namespace EdgePose.Tests.Service;

public sealed class ProcessLimitsTests
{
    private const long Plenty = 4L << 30;

    [Theory]
    [InlineData(0, 64, Plenty, "64 files open, and needs up to 224")]
    [InlineData(16, 351, Plenty, "351 files open, and needs up to 352")]
    [InlineData(1, 1024, 128L << 20, "128 MiB of memory")]
    public void Judge_BelowTheNeed_NamesTheLimit(int streams, long files, long memory, string expected) =>
        Assert.Contains(expected, ProcessLimits.Judge(streams, files, memory)?.Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData(16, 352)]
    [InlineData(64, 1024)]
    public void Judge_Enough_IsSilent(int streams, long files) => Assert.Null(ProcessLimits.Judge(streams, files, 512L << 20));
}
