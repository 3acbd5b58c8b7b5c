using EdgePose.Service.Observe;
using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

/// <summary>Reports that nobody measured.</summary>
internal static class Reports
{
    public static LoadRun Load(int streams, bool carried = true, double serviceMs = 20, double fps = 5, double ageP99 = 100) => new()
    {
        Streams = streams, Fps = fps, Seconds = 10, FpsPerStream = [.. Enumerable.Repeat(fps, streams)], Jain = 1, Received = 100, Processed = 100,
        Dropped = [new("newer_frame", 0)], FrameAgeMs = new(50, 80, ageP99, 60), ServiceMs = new(serviceMs, serviceMs, serviceMs, serviceMs),
        Stages = [new("pose", 100, new(serviceMs, serviceMs, serviceMs, serviceMs), 1)], CpuPercent = new(50, 5, 20, 2),
        Memory = new(200 << 20, 190 << 20, 60 << 20), AllocatedBytesPerFrame = 0, ByPeople = [], Carried = carried,
    };

    public static BenchReport Report() => new()
    {
        Version = "1", Time = DateTimeOffset.UnixEpoch, Machine = new("cpu", 2, "linux", ".net", "1.29", "5.1"),
        Setup = new("clip.mp4", "litepose-m", "", [new ModelPlace("litepose-m", "cpu")], 2, 1, 5, 30, null), Load = Load(1),
        Efficiency = new(0.97, 0.96, 12, 12.4, 200, 3, 20, [new("litepose-m", "1x640x448", 1)]), Capacity = new(6, 5, 180, "runs"), Notes = [], Answer = "→",
    };
}
