namespace EdgePose.Events;

/// <summary>Why an event ended other than by itself.</summary>
internal static class EndReason
{
    public const string TrackLost = "track_lost";
    public const string StreamLost = "stream_lost";
    public const string Stopped = "stopped";
}

/// <summary>One configured rule of one stream. Called for every scene; allocates only when it raises an event.</summary>
internal interface IEventRule
{
    void Update(EventContext context);

    /// <summary>A person has gone: ends the events about them.</summary>
    void Forget(EventContext context, Person person, string reason);

    /// <summary>The scene is over: ends the events that concern no single person.</summary>
    void Close(EventContext context, string reason);
}
