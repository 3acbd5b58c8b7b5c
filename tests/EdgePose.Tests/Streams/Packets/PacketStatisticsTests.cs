using EdgePose.Streams.Packets;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams.Packets;

public sealed class PacketStatisticsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PacketStatistics _statistics;

    public PacketStatisticsTests() => _statistics = new PacketStatistics(_time);

    private void Send(int count, double rate, int group, double lateMs = 0, int lateEvery = 7)
    {
        for (var i = 0; i < count; i++)
        {
            var late = TimeSpan.FromMilliseconds(i % lateEvery == lateEvery - 1 ? lateMs : 0);
            _time.Advance(late);
            _statistics.Add(new Packet(i / rate, 5000, i % group == 0, default));
            _time.Advance(TimeSpan.FromSeconds(1 / rate) - late);
        }
    }

    [Fact]
    public void SteadySource_GivesRateBitsAndGroup()
    {
        Send(100, 12.5, 25);
        var s = _statistics.Summarise();
        Assert.Equal((12.5, 500.0, 25, 4), (Math.Round(s.Fps, 3), Math.Round(s.BitsPerSecond / 1000), s.GroupOfPictures, s.KeyPictures));
        Assert.Equal(0, s.JitterMs, 3);
    }

    [Fact]
    public void BurstAtTheBeginning_IsNotTheRate()
    {
        for (var i = 0; i < 50; i++) { _statistics.Add(new Packet(i / 10.0, 100, i == 0, default)); }
        Send(100, 10, 1000);
        Assert.Equal(10, _statistics.Summarise().Fps, 1);
    }

    [Fact]
    public void LatePictures_AreJitter()
    {
        Send(200, 10, 10, lateMs: 60);
        Assert.Equal(60, _statistics.Summarise().JitterMs, 0);
    }

    [Fact]
    public void OneKeyPicture_GivesNoGroup()
    {
        Send(60, 15, 1000);
        Assert.Equal((0, 1), (_statistics.Summarise().GroupOfPictures, _statistics.Summarise().KeyPictures));
        Assert.Equal(0, new PacketStatistics(_time).Summarise().Count);
    }
}
