using EdgePose.Delivery;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.Onvif;

/// <summary>Every event also as ONVIF metadata, on the topic that ONVIF's specification of analytics prescribes.</summary>
internal sealed class OnvifForm(Topics topics) : IEventForm
{
    public MqttMessage Render(StampedEvent e)
    {
        var properties = new MqttProperties { ContentType = "application/json", Utf8 = true, User = [new("id", e.Id)] };
        return new MqttMessage(topics.Onvif(e.Event.Stream, OnvifJson.Module), OnvifJson.Write(e.Event, e.Stamp), MqttQos.AtLeastOnce, false, properties);
    }
}
