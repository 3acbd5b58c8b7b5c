using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class PayloadTests
{
    private static string Write(PoseReport report, TimeProvider time, bool synced = true)
    {
        using var writer = new PosesWriter("hall-pi", time, () => synced);
        var buffer = new ArrayBufferWriter<byte>();
        writer.Write(report, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Fact]
    public void Poses_TwoPeople_FitTheSchemaAndCarryTheExactNumbers()
    {
        var time = new ClockFromZero();
        time.Advance(TimeSpan.FromMilliseconds(87.4));

        var json = Write(Samples.Report(time, 2), time);

        Assert.Empty(PublishedSchema.Load("poses.v1").Check(json));
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Assert.Equal("2026-11-22T03:15:07.214Z", root.GetProperty("captured").GetString());
        Assert.Equal("2026-01-01T00:00:00.087Z", root.GetProperty("published").GetString());
        Assert.Equal(87, root.GetProperty("age_ms").GetInt64());
        var person = root.GetProperty("people")[0];
        Assert.Equal("[0,0.25,0.5,1]", person.GetProperty("box").GetRawText());
        Assert.Equal("[[0.5,0.5,0.988],[0,1,0.5],null]", person.GetProperty("points").GetRawText());
        Assert.Equal("0.912", person.GetProperty("score").GetRawText());
    }

    [Theory]
    [InlineData(0, "measured")]
    [InlineData(1, "propagated")]
    [InlineData(2, "held")]
    public void Poses_EachSource_HasItsNameAndAge(int source, string name)
    {
        var time = new ClockFromZero();
        var report = Samples.Report(time, 1);
        (report.People[0].Source, report.People[0].AgeMs) = ((PoseSource)source, 66.6);

        var json = Write(report, time, synced: false);

        Assert.Contains($"\"source\":\"{name}\",\"age_ms\":67", json, StringComparison.Ordinal);
        Assert.Contains("\"clock\":\"unsynced\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Poses_NumbersThatAreNone_StillGiveValidJson()
    {
        var time = new ClockFromZero();
        var report = Samples.Report(time, 1);
        var person = report.People[0];
        (person.Score, person.AgeMs, person.Box) = (float.NaN, double.NaN, new Box(float.NaN, float.NegativeInfinity, float.PositiveInfinity, 1e30f));
        person.Points[0] = new Keypoint(float.PositiveInfinity, 1, 1);
        person.Points[1] = new Keypoint(1, 1, float.NaN);

        Assert.Empty(PublishedSchema.Load("poses.v1").Check(Write(report, time)));
    }

    [Fact(DisableParallelization = true)]
    public void Poses_SteadyFlow_AllocatesNothing()
    {
        var time = new ClockFromZero();
        var report = Samples.Report(time, 3);
        using var writer = new PosesWriter("hall-pi", time, static () => true);
        var buffer = new ArrayBufferWriter<byte>(8192);
        for (var i = 0; i < 50; i++) { buffer.ResetWrittenCount(); writer.Write(report, buffer); }

        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { buffer.ResetWrittenCount(); writer.Write(report, buffer); }

        }));
    }

    [Fact]
    public void Info_FitsTheSchema()
    {
        var json = JsonSerializer.Serialize(Payloads.Info("hall-pi", Samples.Info), PayloadsContext.Default.InfoDocument);

        Assert.Empty(PublishedSchema.Load("info.v1").Check(json));
        Assert.Contains("\"config_hash\":\"0123456789ab\"", json, StringComparison.Ordinal);
        Assert.Contains("\"sha256\":\"aaa", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "ok")]
    [InlineData(1, "degraded")]
    [InlineData(2, "failing")]
    public void Status_EachState_FitsTheSchema(int state, string name)
    {
        var stats = new SinkStats(1, 2, 3, 4, 5, 6, true, 7, "");
        var document = Payloads.Status(new NodeStatus((NodeState)state, ["why"], "cpu", double.NaN, 8), stats, null, TimeSpan.FromSeconds(9.9));

        var json = JsonSerializer.Serialize(document, PayloadsContext.Default.StatusDocument);

        Assert.Empty(PublishedSchema.Load("status.v1").Check(json));
        Assert.Equal(
            $$"""{"schema":"edgepose.status/1","state":"{{name}}","reasons":["why"],"inference":{"provider":"cpu","p99_ms":0},"mqtt":{"published":1,"dropped":{"not_connected":2,"queue_full":3,"rate_limited":4,"refused":5,"failed":6},"reconnects":7},"rss":8,"uptime":9}""",
            json);
    }

    [Fact]
    public void StreamState_EveryState_FitsTheSchema()
    {
        var schema = PublishedSchema.Load("stream-state.v1");
        foreach (var state in Enum.GetValues<StreamState>())
        {
            var document = Payloads.State(Samples.Online with { State = state }, new StreamFigures(15.04, 4.96, 100, 2, 88.888, 1));
            var json = JsonSerializer.Serialize(document, PayloadsContext.Default.StreamStateDocument);
            Assert.Empty(schema.Check(json));
            Assert.Contains("\"frame_age_p99_ms\":88.9", json, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("UPPER")]
    [InlineData("a/b")]
    [InlineData("+")]
    [InlineData("a#")]
    [InlineData("")]
    [InlineData("_first")]
    [InlineData("line\n")]
    [InlineData("é")]
    public void Topics_BadId_IsRefused(string id)
    {
        Assert.Throws<ArgumentException>(() => new Topics("edgepose", id));
        Assert.Throws<ArgumentException>(() => new Topics("edgepose", "hall").Poses(id));
        if (id != "a/b") { Assert.Throws<ArgumentException>(() => new Topics(id, "hall")); }
    }

    [Fact]
    public void Topics_GoodIds_FollowTheContract()
    {
        var topics = new Topics("site/edgepose", "hall-pi");

        Assert.Equal("site/edgepose/hall-pi/availability", topics.Availability);
        Assert.Equal("site/edgepose/hall-pi/streams/front/people", topics.People("front"));
        Assert.Throws<ArgumentException>(() => topics.People(new string('a', 64)));
    }
}
