namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// What CONNECT asks of the broker. A broker that lacks a part of it refuses the whole connection, so the next attempt leaves that part out;
/// the log says so.
/// </summary>
/// <param name="Version">Protocol.</param>
/// <param name="WillRetain">Whether a will that is to be kept is announced as such.</param>
/// <param name="WillQos">Of the will.</param>
/// <param name="Attempts">Attempts of this version that ended without an answer.</param>
internal sealed record ConnectOffer(MqttVersion Version, bool WillRetain = true, MqttQos WillQos = MqttQos.AtLeastOnce, int Attempts = 0)
{
    private const int UnsupportedVersion = 0x84, UnsupportedVersionOf311 = 1, RetainNotSupported = 0x9A, QosNotSupported = 0x9B;

    /// <summary>
    /// A broker that only speaks 3.1.1 may hang up without a word, and so does one that is just starting. Under 3.1.1 refusals of messages are not
    /// seen, so one closed connection is no reason to fall back.
    /// </summary>
    private const int ClosedBeforeFallback = 2;

    public MqttWill? Of(MqttWill? will) => will is null ? null : will with { Retain = will.Retain && WillRetain, Qos = WillQos };

    /// <summary>What to offer after a refusal; null when nothing of the offer was the reason.</summary>
    public ConnectOffer? After(BrokerStatus refusal, MqttWill? will, bool fallsBack)
    {
        if (refusal.Code == RetainNotSupported && WillRetain && will is { Retain: true }) { return this with { WillRetain = false }; }
        if (refusal.Code == QosNotSupported && WillQos != MqttQos.AtMostOnce && will is not null) { return this with { WillQos = MqttQos.AtMostOnce }; }
        if (Version != MqttVersion.V5 || !fallsBack) { return null; }
        if (refusal.Code is UnsupportedVersion or UnsupportedVersionOf311) { return this with { Version = MqttVersion.V311 }; }
        if (!refusal.IsUnanswered) { return null; }
        return Attempts + 1 < ClosedBeforeFallback ? this with { Attempts = Attempts + 1 } : this with { Version = MqttVersion.V311 };
    }
}
