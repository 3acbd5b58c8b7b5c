using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>What the section <c>mqtt</c> says about Home Assistant.</summary>
/// <param name="Enabled">Whether the streams are announced.</param>
/// <param name="Prefix">First level(s) of the discovery topics.</param>
internal sealed record HomeAssistantSettings(bool Enabled, string Prefix)
{
    public static HomeAssistantSettings Read(Section s) => new(
        s.Flag("home_assistant", false, "true announces every stream to Home Assistant, where its people, state, zones and events then appear by themselves."),
        s.Text("discovery_prefix", "homeassistant", Topics.CheckPrefix, "First levels of Home Assistant's discovery topics, as set there."));
}
