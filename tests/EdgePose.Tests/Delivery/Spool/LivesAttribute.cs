using System.Globalization;
using FsCheck.Xunit;

namespace EdgePose.Tests.Delivery.Spool;

/// <summary>A fixed seed, so that a build does not fail by chance; the long run (EDGEPOSE_SPOOL_RUNS=N) looks for new ones, which FsCheck prints.</summary>
[AttributeUsage(AttributeTargets.Method)]
#pragma warning disable xUnit3003 // the base class has no constructor that takes the place in the source
internal sealed class LivesAttribute : PropertyAttribute
{
    public LivesAttribute()
    {
        var runs = int.TryParse(Environment.GetEnvironmentVariable("EDGEPOSE_SPOOL_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        (MaxTest, EndSize) = (runs > 0 ? runs : 300, 120);
        if (runs == 0) { Replay = "(20261122,7)"; }
    }
}
