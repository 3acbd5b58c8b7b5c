namespace EdgePose.Events.Scenes;

/// <summary>Takes what the rules are given, in the same order: a recording, or a replay. For one thread at a time; must not block.</summary>
internal interface ISceneSink : IAsyncDisposable
{
    /// <param name="scene">Borrowed: valid only during the call.</param>
    void Add(Scene scene);

    void AddLost(in Instant time, string reason);

    void AddStopped(in Instant time);
}
