using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// A thread that writes lines, because a write to a pipe that nobody reads waits for ever and cannot be called back. When that happens
/// only this thread waits, and it does not keep the process alive.
/// </summary>
internal sealed class LineWriter(Stream output) : IDisposable
{
    /// <summary>Lines in hand; the chain around the sink hands over one of its poses and values and one event at a time.</summary>
    private const int Capacity = 8;

    private readonly record struct Work(MqttMessage Message, TaskCompletionSource<SendResult> Answer);

    private readonly BlockingCollection<Work> _waiting = new(Capacity);
    private readonly JsonLine _line = new();

    public void Start() => new Thread(Run) { IsBackground = true, Name = "json-lines" }.Start();

    /// <summary>Completes when the line is written; never waits for room.</summary>
    public Task<SendResult> WriteAsync(in MqttMessage message)
    {
        var work = new Work(message, new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _waiting.IsAddingCompleted || !_waiting.TryAdd(work)
            ? Task.FromResult(new SendResult(SendOutcome.Busy, "the output does not take what it has been given")) : work.Answer.Task;
    }

    private void Run()
    {
        foreach (var work in _waiting.GetConsumingEnumerable()) { work.Answer.SetResult(Write(work.Message)); }
        _line.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the thread: a defect costs a line.")]
    private SendResult Write(in MqttMessage message)
    {
        try
        {
            output.Write(_line.Render(message));
            output.Flush();
            return SendResult.Accepted;
        }
        catch (IOException e) { return new SendResult(SendOutcome.Lost, $"the output was closed: {e.Message}"); }
        catch (Exception e) { return new SendResult(SendOutcome.Failed, e.Message); }
    }

    public void Dispose() => _waiting.CompleteAdding();
}
