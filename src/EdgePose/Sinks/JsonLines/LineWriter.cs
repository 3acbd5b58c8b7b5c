using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery;
using EdgePose.Loops;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Sinks.JsonLines;

/// <summary>
/// A thread that writes lines, because a write to a pipe that nobody reads waits for ever and cannot be called back. When that happens
/// only this thread waits, and it does not keep the process alive.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    /// <summary>Lines in hand; the chain around the sink hands over one of its poses and values and one event at a time.</summary>
    private const int Capacity = 8;

    /// <summary>A full disk or quota (ENOSPC, EDQUOT), a file at its limit (EFBIG), an output without room for now (EAGAIN).</summary>
    private static readonly int[] MayPass = [28, 122, 27, 11];

    private readonly record struct Work(MqttMessage Message, TaskCompletionSource<SendResult> Answer);

    private readonly Stream _output;
    private readonly BlockingCollection<Work> _waiting = new(Capacity);
    private readonly JsonLine _line = new();
    private readonly SupervisedLoop _loop;
    private bool _isTorn;

    /// <param name="output">Not owned.</param>
    /// <param name="supervision">Takes what the thread throws.</param>
    /// <param name="time">For its pauses.</param>
    public LineWriter(Stream output, Supervision supervision, TimeProvider time)
    {
        _output = output;
        _loop = SupervisedLoop.OnThread("writing lines", Run, supervision, time, "json-lines");
    }

    public void Start() => _loop.Start();

    /// <summary>Completes when the line is written; never waits for room.</summary>
    public Task<SendResult> WriteAsync(in MqttMessage message)
    {
        var work = new Work(message, new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _waiting.IsAddingCompleted || !_waiting.TryAdd(work)
            ? Task.FromResult(new SendResult(SendOutcome.Busy, "the output does not take what it has been given")) : work.Answer.Task;
    }

    // It ends when the adding does; what hangs in a write then is left to itself.
    private void Run(CancellationToken stop)
    {
        foreach (var work in _waiting.GetConsumingEnumerable(CancellationToken.None)) { work.Answer.TrySetResult(Write(work.Message)); }
        _line.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of one line: a defect costs no other.")]
    private SendResult Write(in MqttMessage message)
    {
        try
        {
            // The end of a line that was cut off, by a disk that is full, say.
            if (_isTorn) { _output.Write("\n"u8); }
            _isTorn = true;
            _output.Write(_line.Render(message));
            _output.Flush();
            _isTorn = false;
            return SendResult.Accepted;
        }
        catch (IOException e) when (MayPass.Contains(e.HResult)) { return new SendResult(SendOutcome.Deferred, $"the output cannot be written: {e.Message}"); }
        catch (IOException e) { return new SendResult(SendOutcome.Lost, $"the output was closed: {e.Message}"); }
        catch (Exception e) { return new SendResult(SendOutcome.Failed, e.Message); }
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _loop.Dispose();
    }
}
