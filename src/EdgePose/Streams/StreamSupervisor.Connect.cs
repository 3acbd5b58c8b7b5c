using EdgePose.Domain;
using EdgePose.Streams.Packets;

namespace EdgePose.Streams;

internal sealed partial class StreamSupervisor
{
    /// <summary>A new connection that did not help against decode errors is not tried again for this long.</summary>
    private static readonly TimeSpan GarbageRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DamageShown = TimeSpan.FromSeconds(5);

    /// <summary>A recording loses no note of a frame: the thread that reads the notes need only come to run.</summary>
    private static readonly TimeSpan NoteOfRecording = TimeSpan.FromSeconds(10);

    /// <summary>Less than the distance of two frames, more than times are rounded by.</summary>
    private const double BeforeFrame = 0.0005;
    private const string Waiting = "video arrives, and its next key picture is waited for; set the camera's I-frame interval to 1-2 s";

    private readonly V4l2Device _device;
    private long? _garbageEnded, _damageSeen;
    private string _remark = "";

    /// <summary>What the last connection read, when that need not be asked again: ffmpeg was killed, and nothing is wrong with the source.</summary>
    private SourceSettings? _inOrder;
    private bool _tapRefused;

    /// <summary>Where the recording goes on; null = at its beginning, or the source is none.</summary>
    private RecordingPosition? _position;

    /// <summary>Says when this source may be opened; null = at once.</summary>
    public ConnectGate? Gate { get; init; }

    /// <summary>Gets every compressed picture as it arrives; null = none wanted. Called on a thread of its own.</summary>
    public Action<Packet>? OnPacket { get; init; }

    /// <summary>The camera's clock of the present connection; null when it is not asked for.</summary>
    public SenderClock? Sender { get; private set; }

    private async Task<ConnectionEnd> ConnectAsync(CancellationToken stop)
    {
        _tools = await _tools.KnownAsync(stop).ConfigureAwait(false);
        var (source, probed) = await ProbeInTurnAsync(stop).ConfigureAwait(false);
        if (probed.Format is not { } format) { return Ended(probed.State, probed.Reason, probed.Tail); }
        if (_position?.Shape is { } shape) { format = format.Of(source.PixelAspect > 0 ? shape with { PixelAspect = source.PixelAspect } : shape); }
        var changed = Format is { } before && (before.Codec, before.Width, before.Height) != (format.Codec, format.Width, format.Height);
        if (changed)
        {
            LogFormatChanged(_source.Stream, Format!.Codec, Format.Width, Format.Height, format.Codec, format.Width, format.Height);
            _garbageEnded = null;
        }
        Format = format;
        var (width, height) = source.FrameSize(format.Width, format.Height);
        if (_pool is null || _pool.Width != width || _pool.Height != height) { _pool = new FramePool(width, height, _poolCapacity); }

        var rate = FrameRate(format);
        var epoch = _status.Epoch + 1;
        _stamper.Begin(epoch, source.Lossless ? (rate > 0 ? rate : 25) : 0, continues: _position is { Seconds: > 0 });
        Sender = source is { CameraTime: true, Kind: SourceKind.Rtsp } ? new SenderClock(_time) : null;
        var tap = (Sender is not null || OnPacket is not null) && !_tapRefused ? new PacketTap(source.Stream, Accept, _time) : null;
        try { return await RunAsync(source, format, rate, epoch, _pool, tap, stop).ConfigureAwait(false); }
        finally
        {
            if (tap is not null) { await tap.DisposeAsync().ConfigureAwait(false); }
        }
    }

    private async Task<ConnectionEnd> RunAsync(
        SourceSettings source, StreamFormat format, double rate, int epoch, FramePool pool, PacketTap? tap, CancellationToken stop)
    {
        var live = source.Kind != SourceKind.File;
        var endsOnGarbage = live && !(_garbageEnded is { } ended && _time.GetElapsedTime(ended) < GarbageRetry);
        var hardware = _hardware.For(format.Codec);
        var log = new FfmpegLog(_redact, (text, held) => { if (!stop.IsCancellationRequested) { LogFfmpeg(_source.Stream, text, held); } }, _time, _tools.Generation!.DecodesAhead)
        {
            Notes = source.Lossless ? new FrameNotes(NoteOfRecording) : new FrameNotes(),
            Expected = _position?.Shape,
        };
        var from = Math.Max(0, (_position?.Seconds ?? 0) - BeforeFrame);
        _position = null;
        var reader = new FrameReader(pool, _slot, _stamper, Counters, _time, source.Lossless)
        {
            Notes = log.Notes,
            Refused = (live ? FrameFault.OtherSize : 0) | (endsOnGarbage ? FrameFault.Garbled : 0) | (source.DiscardCorrupt ? FrameFault.Damaged : 0),
            Limit = live && source.Fps > 0 ? new RateLimit(source.Fps, _time) : null,
            EndsAtChange = !live,
            Offset = format.IsSeekable ? from : 0,
            Pace = from > 0 && !format.IsSeekable && source.Pace == SourcePace.Realtime ? new MediaPace(_time) : null,
            Sender = Sender,
        };
        var command = FfmpegCommand.Decode(source, _tools, format, hardware, pool.Width, pool.Height, from, tap?.Arguments(format.StreamIndex));
        using var pictures = source.Delivery == HttpDelivery.Direct ? null : new HttpPictures(source, _time);
        if (pictures is not null) { command = command with { Feed = (input, ended) => pictures.WriteAllAsync(input, source.Delivery, ended) }; }
        var process = FfmpegProcess.TryStart(command, log, _time, out var problem);
        if (process is null) { return Ended(StreamState.Failed, problem); }

        await using var running = process.ConfigureAwait(false);
        var connection = new StreamConnection(source, reader, StallLimit(source, rate), Counters, _time)
        {
            OnOnline = ffmpeg => ReportOnline(source, epoch, format, hardware, ffmpeg),
            OnStalled = reason => Report(StreamState.Stalled, reason),
            OnWaiting = () => Report(_status.State, Waiting),
            OnWatch = ffmpeg => Watch(ffmpeg, endsOnGarbage),
            EndsOnGarbage = endsOnGarbage,
            Resumed = from > 0,
        };
        var end = await connection.RunAsync(process, hardware, stop).ConfigureAwait(false);
        if (pictures is { Problem.Length: > 0 } && end.State == StreamState.Reconnecting) { end = end with { Reason = pictures.Problem }; }
        if (end.HardwareRefused)
        {
            _hardware.Refuse(hardware, end.Reason);
            LogHardwareRefused(_source.Stream, HardwareChoice.Name(hardware), end.Reason);
        }
        _inOrder = (end.Died && end.Online > TimeSpan.Zero) || end.GoesOn is { Seconds: > 0 } ? source : null;
        // A recording goes on behind the last frame that was read, whatever ended the connection.
        _position = end.GoesOn ?? (!live && reader.LastSeconds > 0 ? new RecordingPosition(reader.LastSeconds + (2 * BeforeFrame), log.Shape) : null);
        if (end.Garbled) { _garbageEnded = _time.GetTimestamp(); }
        if (tap is not null && end is { State: StreamState.Reconnecting, Died: false } && end.Online == TimeSpan.Zero)
        {
            // Frames matter more than their sender's time.
            _tapRefused = true;
            LogTapRefused(_source.Stream, end.Reason);
        }
        return end;
    }

    private void Accept(Packet packet)
    {
        Sender?.Observe(packet.Seconds, packet.WallClock);
        OnPacket?.Invoke(packet);
    }

    private async Task<(SourceSettings Source, ProbeResult Result)> ProbeInTurnAsync(CancellationToken stop)
    {
        // A camera that was there a moment ago does not wait for those that never were.
        using var turn = Gate is null ? null : await Gate.EnterAsync(_retry.IsSilent, stop).ConfigureAwait(false);
        var (source, result) = await ProbeAsync(stop).ConfigureAwait(false);
        return (source with { Delivery = result.Delivery, ViaScript = result.ViaScript }, result);
    }

    /// <summary>Asks the small stream first, and the large one when the camera has no small one.</summary>
    private async Task<(SourceSettings Source, ProbeResult Result)> ProbeAsync(CancellationToken stop)
    {
        if (_inOrder is { } same && Format is { } format)
        {
            _inOrder = null;
            return (same, new ProbeResult(format, StreamState.Online, "", TimeSpan.Zero) { Delivery = same.Delivery, ViaScript = same.ViaScript });
        }
        _remark = "";
        var source = _device.Current(_source);
        if (source.SubStream.Length > 0)
        {
            var small = source with { Url = source.SubStream };
            var result = await _probe.ProbeAsync(small, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            if (result.State != StreamState.NotFound) { return (small, result); }
            _remark = "the sub-stream does not exist, reading url";
        }
        return (source, await _probe.ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false));
    }

    private void ReportOnline(SourceSettings source, int epoch, StreamFormat format, HardwareDecoder hardware, FfmpegLog ffmpeg)
    {
        _device.Remember(source);
        _damageSeen = null;
        var real = hardware is HardwareDecoder.None or HardwareDecoder.V4l2m2m || ffmpeg.DeliversDeviceFrames ? hardware : HardwareDecoder.None;
        if (real != hardware) { _hardware.Refuse(hardware, ffmpeg.HardwareProblem ?? "ffmpeg fell back"); }
        var decoder = real is HardwareDecoder.None or HardwareDecoder.V4l2m2m ? ffmpeg.Decoder : $"{ffmpeg.Decoder} ({HardwareChoice.Name(real)})";
        Report(_status with
        {
            State = StreamState.Online,
            Reason = OnlineReason(),
            Epoch = epoch,
            Width = format.Width,
            Height = format.Height,
            Codec = format.Codec,
            Decoder = decoder,
            TimeSource = source.Lossless ? TimeSource.Recording : TimeSource.Arrival,
        });
    }

    /// <summary>What changes while a source is online: whose clock it follows, and whether its pictures are whole.</summary>
    private void Watch(FfmpegLog ffmpeg, bool endsOnGarbage)
    {
        var damaged = _damageSeen is not null;
        if (!endsOnGarbage && ffmpeg.Health.IsGarbled) { _damageSeen = _time.GetTimestamp(); }
        else if (_damageSeen is { } seen && _time.GetElapsedTime(seen) > DamageShown) { _damageSeen = null; }
        var source = Sender is { IsKnown: true } ? TimeSource.Rtcp : _status.TimeSource;
        if (damaged == (_damageSeen is not null) && source == _status.TimeSource) { return; }
        Report(_status with { Reason = OnlineReason(), TimeSource = source });
    }

    private string OnlineReason() => string.Join("; ", ((string[])
    [
        _hardware.Problem, _remark, _damageSeen is null ? "" : $"more than {DecodeHealth.TolerablePerSecond} decode errors a second: pictures are damaged",
    ]).Where(static text => text.Length > 0));
}
