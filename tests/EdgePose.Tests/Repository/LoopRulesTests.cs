namespace EdgePose.Repository;

/// <summary>
/// Threads, timers and loops of the daemon stand under the supervisor of <c>Loops</c>: an exception in a bare one ends the process (thread, timer)
/// or, worse, only the loop (task), and nobody is told.
/// </summary>
public sealed class LoopRulesTests
{
    /// <summary>Where something bare may stand, and why nothing can be thrown there.</summary>
    private static readonly (string File, string Text, string Reason)[] Allowed =
    [
        ("Delivery/SinkChain.cs", "Task.Run(", "steps of a stop, each awaited with a limit"),
        ("Delivery/LivePump.cs", "Task.Run(", "one value, awaited by the stop"),
        ("Delivery/Memory/Announced.cs", "Task.Run(", "one save, awaited by the sink, whose send fails with it"),
        ("Delivery/Spool/DurableSpool.cs", "CreateTimer(", "sets an event, which cannot throw"),
        ("Delivery/Spool/DurableSpool.cs", "Task.Run(", "the last round, awaited by the end and guarded"),
        ("Loops/Supervision.cs", "CreateTimer(", "the guarded timer itself"),
        ("Loops/SupervisedLoop.cs", "Task.Run(", "the supervisor itself"),
        ("Loops/Worker.cs", "new Thread(", "hands what is thrown to whoever awaits it"),
        ("Networks/Runtime/RunWatch.cs", "CreateTimer(", "catches what it calls and hands it to the run"),
        ("Sinks/Mqtt/RetainedTopics.cs", "CreateTimer(", "wakes its loop, which cannot throw"),
        ("Sinks/Mqtt/Transport/BrokerConnection.cs", "CreateTimer(", "completes a task or sends a ping, whose failure is caught"),
        ("Streams/ConnectGate.cs", "CreateTimer(", "gives a place back, once"),
    ];

    private static readonly string[] Bare = ["new Thread(", "CreateTimer(", "Task.Run(", "new Timer(", "QueueUserWorkItem(", "Task.Factory.StartNew(", "async void"];

    [Fact]
    public void Daemon_HasNoBareThreadTimerOrTask()
    {
        const string Daemon = "src/EdgePose/";
        var found = SourceTree.CSharp(Daemon)
            .SelectMany(f => Bare.Where(SourceTree.Read(f).Contains).Select(text => (File: f[Daemon.Length..], Text: text))).ToHashSet();
        Assert.All(Allowed, a => Assert.NotEmpty(a.Reason));
        Assert.Equal(Allowed.Select(a => (a.File, a.Text)).Order(), found.Order());
    }
}
