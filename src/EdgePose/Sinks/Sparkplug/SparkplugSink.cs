using EdgePose.Delivery;

namespace EdgePose.Sinks.Sparkplug;

/// <summary>
/// The Sparkplug edge node as a sink. It keeps the last values itself, because each birth has to hold all of them: so it always takes what it is
/// told, connected or not.
/// </summary>
internal sealed class SparkplugSink(SparkplugNode node) : ISink
{
    public string Name => "sparkplug";

    public SinkTraits Traits { get; } = new()
    {
        Poses = false, Window = 32, Pace = new StatePace { People = TimeSpan.Zero, Figures = TimeSpan.Zero },
    };

    public void Start(ISinkHost host)
    {
        node.Start();
        host.Report(new SinkStatus("connected", "", true));
    }

    public Task<SendResult> SendAsync(PosesMessage poses) => Task.FromResult(SendResult.Accepted);

    public Task<SendResult> SendAsync(StampedEvent e)
    {
        node.Event(e);
        return Task.FromResult(SendResult.Accepted);
    }

    public Task<SendResult> SendAsync(StateValue value)
    {
        if (value is { Key.Kind: StateKind.StreamState, Stream: { } status }) { node.SetStream(value.Key.Stream, status, value.Figures); }
        if (value is { Key.Kind: StateKind.People, IsGone: false }) { node.SetPeople(value.Key.Stream, value.Count); }
        return Task.FromResult(SendResult.Accepted);
    }

    public Task StopAsync(CancellationToken stop) => node.StopAsync(stop);

    public ValueTask DisposeAsync() => node.DisposeAsync();
}
