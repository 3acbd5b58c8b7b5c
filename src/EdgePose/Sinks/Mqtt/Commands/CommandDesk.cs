using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using EdgePose.Settings;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Commands;

/// <summary>
/// Takes commands from the transport's thread, begins them one after another on a task of its own, and answers each when it is done. The queue
/// is bounded (full policy: the newest is refused and counted), and so is the number of commands in work; errors are answered at most once per
/// second, so that a flood cannot make one of our own.
/// </summary>
internal sealed partial class CommandDesk : IAsyncDisposable
{
    public const int Capacity = 16;
    private static readonly TimeSpan ErrorInterval = TimeSpan.FromSeconds(1);
    private static readonly MqttProperties Properties = MqttProperties.Json(Payloads.ResponseSchema);

    private readonly CommandParser _parser;
    private readonly Func<string, Task<CommandReply>> _execute;
    private readonly Func<MqttMessage, Task<PublishResult>> _send;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<CommandRequest> _queue = Channel.CreateBounded<CommandRequest>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly SupervisedLoop _worker;
    private long _executed, _errors, _dropped, _lastError = long.MinValue;

    /// <param name="parser">Says what a message is.</param>
    /// <param name="execute">Carries out a command of an enabled name; called on the desk's task.</param>
    /// <param name="send">Publishes the answer.</param>
    /// <param name="time">For the limit of error answers.</param>
    /// <param name="logger">One line per command.</param>
    public CommandDesk(
        CommandParser parser, Func<string, Task<CommandReply>> execute, Func<MqttMessage, Task<PublishResult>> send, TimeProvider time, ILogger logger)
    {
        (_parser, _execute, _send, _time, _logger) = (parser, execute, send, time, logger);
        Supervision = new Supervision("commands", time, logger);
        _worker = new SupervisedLoop("carrying out commands", WorkAsync, Supervision, time);
        _worker.Start();
    }

    public Supervision Supervision { get; }

    public long Executed => Interlocked.Read(ref _executed);

    /// <summary>Requests that could not be carried out, answered or not.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Good requests that found the queue full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Looks at a message; returns at once and throws for none.</summary>
    public void Receive(in MqttMessage message)
    {
        switch (_parser.Parse(message, out var request, out var error))
        {
            case CommandKind.Request when !_queue.Writer.TryWrite(request):
                Interlocked.Increment(ref _dropped);
                AnswerError(request, "too many commands at once; try again later");
                break;
            case CommandKind.Error:
                Interlocked.Increment(ref _errors);
                AnswerError(request, error);
                break;
            case CommandKind.Request or CommandKind.Ignored:
                break;
            default: throw new ArgumentOutOfRangeException(nameof(message), "no such kind of command");
        }
    }

    private void AnswerError(CommandRequest request, string error)
    {
        var (now, last) = (_time.GetTimestamp(), Interlocked.Read(ref _lastError));
        if (last != long.MinValue && _time.GetElapsedTime(last, now) < ErrorInterval) { return; }
        Interlocked.Exchange(ref _lastError, now);
        Log.Refused(_logger, error);
        _ = SendAsync(_send(Answer(request, CommandReply.Refused(error))));
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        var inWork = new List<Task>();
        await foreach (var request in _queue.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            // A reload takes a while, and all who ask during it share its answer.
            inWork.Add(CarryOutAsync(request));
            inWork.RemoveAll(static t => t.IsCompletedSuccessfully);
            if (inWork.Count >= Capacity) { await Task.WhenAny(inWork).ConfigureAwait(false); }
        }
        await Task.WhenAll(inWork).ConfigureAwait(false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of a command: one that fails is answered and must not end the ones after it.")]
    private async Task CarryOutAsync(CommandRequest request)
    {
        CommandReply reply;
        try
        {
            reply = await _execute(request.Name).ConfigureAwait(false);
            Interlocked.Increment(ref _executed);
            if (reply.Error.Length == 0) { Log.Done(_logger, request.Name); }
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _errors);
            Log.Failed(_logger, request.Name, e);
            reply = CommandReply.Refused("the command failed; the log says why");
        }
        await SendAsync(_send(Answer(request, reply))).ConfigureAwait(false);
    }

    private async Task SendAsync(Task<PublishResult> sent)
    {
        var result = await sent.ConfigureAwait(false);
        if (!result.IsSuccess) { Log.Unanswered(_logger, result.Reason); }
    }

    private static MqttMessage Answer(CommandRequest request, CommandReply reply)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, PlainJson.Writer))
        {
            json.WriteStartObject();
            json.WriteString("schema"u8, Payloads.ResponseSchema);
            json.WriteString("command"u8, request.Name);
            if (request.Transaction.Length > 0) { json.WriteString("transaction"u8, request.Transaction); }
            json.WriteString("status"u8, reply.Error.Length == 0 ? "ok"u8 : "error"u8);
            if (reply.Error.Length > 0) { json.WriteString("error"u8, reply.Error); }
            if (!reply.Data.IsEmpty)
            {
                json.WritePropertyName("data"u8);
                json.WriteRawValue(reply.Data.Span, skipInputValidation: true);
            }
            json.WriteEndObject();
        }
        var properties = request.Correlation.IsEmpty ? Properties : Properties with { CorrelationData = request.Correlation };
        return new MqttMessage(request.ReplyTo, body.WrittenMemory, MqttQos.AtLeastOnce, false, properties);
    }

    /// <summary>Takes no more commands, and ends when those in work are answered.</summary>
    public Task FinishAsync()
    {
        _queue.Writer.TryComplete();
        return _worker.Completion;
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync().ConfigureAwait(false);
        _worker.Dispose();
    }
}
