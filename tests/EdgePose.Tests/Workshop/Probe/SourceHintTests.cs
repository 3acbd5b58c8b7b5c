using EdgePose.Streams;
using EdgePose.Workshop.Probe;

namespace EdgePose.Tests.Workshop.Probe;

public sealed class SourceHintTests
{
    private static readonly string[] States = ["auth_failed", "not_found", "unreachable", "tls_error", "stalled", "reconnecting", "failed"];

    [Fact]
    public void EachKind_HasANextStepThatFitsIt()
    {
        foreach (var state in States)
        {
            foreach (var kind in Enum.GetValues<SourceKind>())
            {
                var hint = SourceHint.Of(state, kind);
                Assert.NotEmpty(hint);
                Assert.True(kind == SourceKind.Rtsp || !hint.Contains("--udp", StringComparison.Ordinal), $"{state} {kind}: {hint}");
                Assert.True(kind != SourceKind.File || !hint.Contains("camera's manual", StringComparison.Ordinal), $"{state} {kind}: {hint}");
            }
        }
        Assert.Contains("by-id", SourceHint.Of("not_found", SourceKind.V4l2), StringComparison.Ordinal);
        Assert.Contains("--udp", SourceHint.Of("unreachable", SourceKind.Rtsp), StringComparison.Ordinal);
    }
}
