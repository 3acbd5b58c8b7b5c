using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>Clocks that can be audited: which time stands in a message, and by whose clock.</summary>
public sealed class ClockPayloadTests
{
    [Theory]
    [InlineData(0, "arrival")]
    [InlineData(1, "rtcp")]
    [InlineData(2, "recording")]
    public void Poses_CarryCaptureReceiveAndPublishTimeAndTheirSource(int source, string name)
    {
        var time = new ClockFromZero();
        time.Advance(TimeSpan.FromMilliseconds(250));
        var report = Samples.Report(time, 1, capturedTicks: time.GetTimestamp() - TimeSpan.FromMilliseconds(30).Ticks);
        var frame = report.Frame with { CapturedUtc = time.GetUtcNow().AddSeconds(-5), ReceivedUtc = time.GetUtcNow().AddMilliseconds(-30), TimeSource = (TimeSource)source };
        using var writer = new PosesWriter("hall-pi", time, static () => true);
        var buffer = new ArrayBufferWriter<byte>();
        writer.Write(report with { Frame = frame }, buffer);
        var json = Encoding.UTF8.GetString(buffer.WrittenSpan);

        Assert.Empty(PublishedSchema.Load("poses.v1").Check(json));
        using var document = JsonDocument.Parse(json);
        string? Text(string key) => document.RootElement.GetProperty(key).GetString();
        Assert.Equal("2025-12-31T23:59:55.250Z", Text("captured"));
        Assert.Equal("2026-01-01T00:00:00.220Z", Text("received"));
        Assert.Equal("2026-01-01T00:00:00.250Z", Text("published"));
        Assert.Equal((name, "synced", 30), (Text("time_source"), Text("clock"), document.RootElement.GetProperty("age_ms").GetInt32()));
    }

    [Fact]
    public void Poses_OfARecordingThatIsReadAsFastAsPossible_AreNotReceivedBeforeTheyWereCaptured()
    {
        var time = new ClockFromZero();
        time.Advance(TimeSpan.FromMilliseconds(250));
        var report = Samples.Report(time, 1, capturedTicks: time.GetTimestamp() + TimeSpan.FromSeconds(40).Ticks);
        var frame = report.Frame with { CapturedUtc = time.GetUtcNow().AddSeconds(40), ReceivedUtc = time.GetUtcNow(), TimeSource = TimeSource.Recording };
        using var writer = new PosesWriter("hall-pi", time, static () => true);
        var buffer = new ArrayBufferWriter<byte>();
        writer.Write(report with { Frame = frame }, buffer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        foreach (var key in (string[])["captured", "received", "published"]) { Assert.Equal("2026-01-01T00:00:40.250Z", document.RootElement.GetProperty(key).GetString()); }
        Assert.Equal(0, document.RootElement.GetProperty("age_ms").GetInt32());
    }

    [Fact]
    public void FrameOfTheArrivalClock_IsReceivedWhenItIsCaptured()
    {
        var info = new FrameInfo("s", 1, 0, 0, DateTimeOffset.UnixEpoch);
        Assert.Equal((DateTimeOffset.UnixEpoch, TimeSource.Arrival), (info.ReceivedUtc, info.TimeSource));
    }

    [Fact]
    public void State_SaysWhoseClockItIsAndWhatWentWrong()
    {
        var status = Samples.Online with { State = StreamState.Failed, TimeSource = TimeSource.Rtcp, Messages = ["h264: no frame!", new string('x', 2000)] };
        var counters = new StreamFigures(15, 5, 100, 2, 88, 1) { CameraLagMs = 5068.44, DecodeErrors = 7, FramesRefused = 2, PacketsLost = 3 };
        var json = JsonSerializer.Serialize(Payloads.State(status, counters), PayloadsContext.Default.StreamStateDocument);
        Assert.Empty(PublishedSchema.Load("stream-state.v1").Check(json));
        Assert.Contains("\"time_source\":\"rtcp\",\"camera_lag_ms\":5068.4,\"frames_refused\":2,\"decode_errors\":7,\"packets_lost\":3,\"messages\":[\"h264: no frame!\",", json, StringComparison.Ordinal);
        Assert.InRange(json.Length, 0, 1000);
        var unknown = JsonSerializer.Serialize(Payloads.State(Samples.Online, default), PayloadsContext.Default.StreamStateDocument);
        Assert.Contains("\"time_source\":\"arrival\",\"camera_lag_ms\":null", unknown, StringComparison.Ordinal);
        Assert.Empty(PublishedSchema.Load("stream-state.v1").Check(unknown));
    }
}
