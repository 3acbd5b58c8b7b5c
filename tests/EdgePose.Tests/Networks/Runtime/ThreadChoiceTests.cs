using EdgePose.Networks.Runtime;

namespace EdgePose.Tests.Networks.Runtime;

public sealed class ThreadChoiceTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 16, 1)]
    [InlineData(2, 16, 2)]
    [InlineData(4, 0, 4)]
    [InlineData(4, 1, 4)]
    [InlineData(4, 4, 4)]
    [InlineData(4, 5, 3)]
    [InlineData(4, 200, 3)]
    [InlineData(8, 5, 7)]
    [InlineData(8, 9, 6)]
    [InlineData(8, 200, 6)]
    public void For_CoresAndStreams_LeavesRoomForTheDecoders(int cores, int streams, int threads) => Assert.Equal(threads, ThreadChoice.For(cores, streams));
}
