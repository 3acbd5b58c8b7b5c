using EdgePose.Delivery;

namespace EdgePose.Sinks.Mqtt;

/// <summary>A further form in which an event is published beside our own. The event leaves the spool when every form has been acknowledged.</summary>
internal interface IEventForm
{
    /// <summary>The message; expiry and the properties that every event carries are added by the caller.</summary>
    MqttMessage Render(StampedEvent e);
}
