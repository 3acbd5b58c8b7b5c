using EdgePose.Settings;

namespace EdgePose.Sinks.Onvif;

/// <summary>What the section <c>mqtt</c> says about ONVIF.</summary>
/// <param name="Enabled">Whether events are published as metadata too.</param>
internal sealed record OnvifSettings(bool Enabled)
{
    public static OnvifSettings Read(Section s) => new(s.Flag("onvif", false, """
        true publishes every event as ONVIF Profile M metadata too, on <prefix>/<node>/onvif-mj/VideoAnalytics/<stream>/EdgePose.
        """));
}
