using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events.Rules;

namespace EdgePose.Tests.Delivery;

public sealed class EventRecordTests
{
    private static readonly ModelInfo Model = new("movenet-lightning", new string('a', 64), "cpu");

    private static PoseEvent Fall() => new()
    {
        Stream = "front", Epoch = 4, Type = FallRule.Fall, Phase = EventPhase.Update, Key = "front/falls/17/1763781307214", Rule = "stürze",
        Time = new DateTimeOffset(2026, 11, 22, 3, 15, 7, 214, TimeSpan.Zero), Microseconds = 5_000_000, Reason = "hips fell", Duration = TimeSpan.FromMilliseconds(1840),
        Track = 17, Score = 0.9123456f, Box = new Box(0.41234567f, 0.233f, 0.571f, 1.2f), Zone = "hallway", Line = "door", Direction = "left", Count = 3,
        Missing = new EventRange(5, 8), Skeleton = Skeletons.Get("coco17"),
        Points = [.. Enumerable.Range(0, 17).Select(i => i == 3 ? Keypoint.Missing : new Keypoint(0.4f + i * 0.01f, 0.5f, 0.98f))],
        History = [.. Enumerable.Range(0, 5).Select(i => new PoseMoment(TimeSpan.FromMilliseconds(100 * (4 - i)), [new Keypoint(0.1234f, 0.5f, 0.9f)]))],
    };

    private static string Json(EventRecord record) =>
        System.Text.Encoding.UTF8.GetString(EventJson.Write(record.Event, new EventStamp("n", "b", 1, record.ClockIsSynced, record.Model), late: false));

    [Fact]
    public void RoundTrip_EveryField_IsTheSameToTheBit()
    {
        var record = new EventRecord(Fall(), Model, ClockIsSynced: true);
        var read = EventRecord.TryRead(record.Write());

        Assert.NotNull(read);
        Assert.Equal((record.Model, true), (read.Model, read.ClockIsSynced));
        PoseEvent Bare(PoseEvent e) => e with { Skeleton = null, Points = [], History = [] };
        Assert.Equal(Bare(record.Event), Bare(read.Event));
        Assert.Equal(record.Event.Points, read.Event.Points);
        Assert.Equal(record.Event.History.Select(h => (h.Before, h.Points[0])), read.Event.History.Select(h => (h.Before, h.Points[0])));
        Assert.Equal(record.Event.Skeleton!.Joints, read.Event.Skeleton!.Joints);
        Assert.Equal(Json(record), Json(read));
    }

    [Fact]
    public void RoundTrip_OfEveryTypeAndPhaseWithNothingElse_IsTheSame()
    {
        foreach (var type in (EventType[])[.. RuleKinds.All.SelectMany(k => k.Events), EventType.StreamLost, EventType.StreamRestored, EventType.Gap])
        {
            foreach (var phase in Enum.GetValues<EventPhase>())
            {
                var bare = new PoseEvent { Stream = "s", Epoch = 0, Type = type, Phase = phase, Key = "", Rule = "", Time = DateTimeOffset.UnixEpoch, Microseconds = 0, Reason = "" };
                Assert.Equal(Json(new EventRecord(bare, null, false)), Json(EventRecord.TryRead(new EventRecord(bare, null, false).Write())!));
            }
        }
    }

    [Fact]
    public void Read_EveryCutAndManyFlips_IsRefusedOrReadWithoutAnException()
    {
        var bytes = new EventRecord(Fall(), Model, ClockIsSynced: true).Write();
        for (var length = 0; length < bytes.Length; length++) { Assert.Null(EventRecord.TryRead(bytes.AsMemory(0, length))); }
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var read = EventRecord.TryRead(damaged);
            Assert.InRange(read?.Event.Points.Count ?? 0, 0, 4096);
        }
    }
}
