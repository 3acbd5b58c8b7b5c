using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>One configured rule of one stream. Called for every scene; allocates only when it raises an event.</summary>
internal interface IEventRule
{
    /// <summary>A person comes of whom nothing is known.</summary>
    void Begin(Person person);

    void Update(EventContext context);

    /// <summary>A person has gone: ends the events about them.</summary>
    void Forget(EventContext context, Person person, string reason);

    /// <summary>The scene is over: ends the events that concern no single person.</summary>
    void Close(EventContext context, string reason);
}
