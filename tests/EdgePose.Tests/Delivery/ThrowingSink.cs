using EdgePose.Delivery;

namespace EdgePose.Tests.Delivery;

/// <summary>A sink in memory that throws where it is told to, at once or from its task.</summary>
internal sealed class ThrowingSink : ISink
{
    private readonly Lock _gate = new();
    private readonly List<string> _taken = [];
    private readonly List<PosesMessage> _bodies = [];
    private readonly ManualResetEventSlim _never = new();

    /// <summary>Told the name of the seam before each call: what it throws is thrown there.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    /// <summary>Answers from a task of its own instead of at once.</summary>
    public bool IsAsync { get; set; }

    /// <summary>Never answers.</summary>
    public Func<string, bool> Hangs { get; set; } = static _ => false;

    public Func<string, SendResult> Answer { get; set; } = static _ => SendResult.Accepted;
    public ISinkHost? Host { get; private set; }
    public EventPromise Events { get; init; }
    public string Name { get; init; } = "memory";
    public SinkTraits Traits => new() { Events = Events, Window = 4, SendLimit = TimeSpan.FromSeconds(10), Pace = new StatePace { People = TimeSpan.Zero } };

    /// <summary>What was taken, a word each: <c>poses front 7</c>, <c>event n1</c>, <c>people front 2</c>.</summary>
    public IReadOnlyList<string> Taken { get { lock (_gate) { return [.. _taken]; } } }

    public void Start(ISinkHost host)
    {
        Before("start");
        Host = host;
        host.Report(new SinkStatus("connected", "", true));
    }

    /// <summary>Pose messages are answered when this has completed.</summary>
    public Task HoldPoses { get; set; } = Task.CompletedTask;

    /// <summary>The pose messages themselves.</summary>
    public IReadOnlyList<PosesMessage> Bodies { get { lock (_gate) { return [.. _bodies]; } } }

    public async Task<SendResult> SendAsync(PosesMessage poses)
    {
        lock (_gate) { _bodies.Add(poses); }
        await HoldPoses;
        using var json = System.Text.Json.JsonDocument.Parse(poses.Body);
        return await TakeAsync("poses", $"poses {poses.Stream} {json.RootElement.GetProperty("seq").GetInt64()}");
    }

    public Task<SendResult> SendAsync(StampedEvent e) => TakeAsync("event", $"event {e.Event.Reason}");

    public Task<SendResult> SendAsync(StateValue value) =>
        TakeAsync("state", $"{value.Key.Kind} {value.Key.Stream} {System.Text.Encoding.UTF8.GetString(value.Body.Span)}");

    private Task<SendResult> TakeAsync(string seam, string what)
    {
        if (!IsAsync) { return Task.FromResult(Take(seam, what)); }
        return Task.Run(() => Take(seam, what));
    }

    private SendResult Take(string seam, string what)
    {
        Before(seam);
        if (Hangs(seam)) { _never.Wait(); }
        var answer = Answer(seam);
        lock (_gate)
        {
            if (answer.IsSuccess) { _taken.Add(what); }
        }
        return answer;
    }

    public Task StopAsync(CancellationToken stop)
    {
        Before("stop");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Before("dispose");
        return ValueTask.CompletedTask;
    }
}
