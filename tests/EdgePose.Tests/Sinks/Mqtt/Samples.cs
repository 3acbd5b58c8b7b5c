using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>Small valid inputs for the publisher.</summary>
internal static class Samples
{
    public static readonly Skeleton Skeleton = new()
    {
        Name = "three", Joints = ["nose", "left", "right"], Links = [(0, 1)], Flip = [0, 2, 1], Sigmas = [0.1f, 0.1f, 0.1f], BodyJoints = 3,
    };

    public static readonly DateTimeOffset Time = new(2026, 11, 22, 3, 15, 7, 214, TimeSpan.Zero);

    public static StreamStatus Online => new(StreamState.Online, Time, "", 1, 0, 1920, 1080, "h264", "h264");

    public static NodeInfo Info => new()
    {
        Version = "0.1.0", ConfigHash = "0123456789ab", Boot = "7f3a", Started = Time, Streams = ["front"],
        Models = [new ModelInfo("movenet-lightning", new string('a', 64), "cpu")],
    };

    public static NodeStatus Ok => new(NodeState.Ok, [], "cpu", 12.34, 100_000_000);

    /// <summary>A report with so many people in a 200 x 100 frame: joints at (99.5, 49.5) and (-10, 250), the third one missing.</summary>
    public static PoseReport Report(TimeProvider time, int people, string stream = "front", long sequence = 7, long capturedTicks = 0)
    {
        var list = new TrackedPoseList(3);
        for (var i = 0; i < people; i++)
        {
            var person = list.Add();
            (person.Track, person.Score, person.Source, person.AgeMs) = (i + 1, 0.91234f, PoseSource.Measured, 0);
            person.Box = new Box(-20, 25, 100, 120);
            person.Points[0] = new Keypoint(99.5f, 49.5f, 0.98765f);
            person.Points[1] = new Keypoint(-10, 250, 0.5f);
            person.Points[2] = Keypoint.Missing;
        }
        return new PoseReport(new FrameInfo(stream, 2, sequence, capturedTicks, Time), 200, 100, Skeleton, "movenet-lightning", list);
    }
}
