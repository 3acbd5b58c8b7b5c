using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgePose.Streams;

/// <summary>
/// What one ffmpeg says on its error output: the last warnings and errors (redacted), the decoder in use, and the number of decode
/// errors. Written by the draining thread, read by anyone.
/// </summary>
/// <param name="redact">Removes known secrets from a text.</param>
/// <param name="onWarning">Gets a warning or error, at most one a second, and how many were held back.</param>
/// <param name="time">Clock of limits.</param>
/// <param name="decodesAhead">See <see cref="FfmpegGeneration.DecodesAhead"/>.</param>
internal sealed partial class FfmpegLog(Func<string, string> redact, Action<string, long>? onWarning, TimeProvider time, bool decodesAhead = false)
{
    public const int KeptLines = 20;
    private const int MaxLineBytes = 1024;
    private const string CorruptFrame = "corrupt decoded frame";

    private readonly Lock _gate = new();
    private readonly Queue<string> _tail = new(KeptLines);
    private readonly LineLimiter _limiter = new(time);
    private readonly TaskCompletionSource _decoderKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LogLevelOfFfmpeg _level = LogLevelOfFfmpeg.Error;
    private string _codec = "", _decoder = "", _pixelFormat = "";
    private string? _hardwareProblem;
    private readonly DecodeHealth _health = new(time);
    private long _lostPackets, _damaged;
    private readonly DamageTrail _damage = new(decodesAhead);
    private PictureShape? _shape, _expected;
    private double _tick;
    private long _lastPacket;
    private volatile bool _sizeChanged, _packetsSeen;

    /// <summary>Takes what ffmpeg says of each frame.</summary>
    public FrameNotes Notes { get; init; } = new();

    /// <summary>The shape of the pictures that are wanted; null = that of the first picture.</summary>
    public PictureShape? Expected { init => _expected = value; }

    /// <summary>Whether the decoder still understands the stream.</summary>
    public DecodeHealth Health => _health;

    /// <summary>Completes when ffmpeg has named decoder and pixel format, which is before the first frame.</summary>
    public Task DecoderKnown => _decoderKnown.Task;
    public long DecodeErrors => _health.Errors;

    /// <summary>RTP packets that never came, as far as their numbers tell.</summary>
    public long LostPackets => Interlocked.Read(ref _lostPackets);

    /// <summary>Pictures in which the decoder concealed errors.</summary>
    public long DamagedPictures => Interlocked.Read(ref _damaged);

    /// <summary>ffmpeg's decoder such as <c>h264</c> or <c>h264_v4l2m2m</c>; empty before it is known.</summary>
    public string Decoder { get { lock (_gate) { return _decoder; } } }

    /// <summary>True when decoded pictures come from a device: those are semi-planar, while software decoders of video give planar ones.</summary>
    public bool DeliversDeviceFrames { get { lock (_gate) { return SemiPlanar().IsMatch(_pixelFormat); } } }

    /// <summary>The line in which a hardware decoder gave up; null if none did.</summary>
    public string? HardwareProblem { get { lock (_gate) { return _hardwareProblem; } } }

    /// <summary>True once a frame came that is of another shape than those before.</summary>
    public bool SizeChanged => _sizeChanged;

    /// <summary>The first frame of another shape: its time and its shape; null before.</summary>
    public (double Seconds, PictureShape Shape)? Change { get; private set; }

    /// <summary>Shape of the pictures that the decoder delivers; null before the first one.</summary>
    public PictureShape? Shape { get { lock (_gate) { return _shape; } } }

    /// <summary>Time since the last packet of video was read; null before the first one, or when ffmpeg does not tell.</summary>
    public TimeSpan? PacketAge => _packetsSeen ? time.GetElapsedTime(Interlocked.Read(ref _lastPacket)) : null;

    /// <summary>The last warnings and errors, oldest first, redacted.</summary>
    public string[] Tail()
    {
        lock (_gate) { return [.. _tail]; }
    }

    /// <summary>Reads <paramref name="errorOutput"/> to its end. Lines are cut at 1 KiB, so that binary noise cannot use up memory.</summary>
    public void Drain(Stream errorOutput)
    {
        var chunk = new byte[4096];
        var line = new byte[MaxLineBytes];
        var length = 0;
        int read;
        while ((read = errorOutput.Read(chunk)) > 0)
        {
            foreach (var b in chunk.AsSpan(0, read))
            {
                if (b is (byte)'\n' or (byte)'\r')
                {
                    AcceptBytes(line.AsSpan(0, length));
                    length = 0;
                }
                else if (length < line.Length) { line[length++] = b; }
            }
        }
        AcceptBytes(line.AsSpan(0, length));
        if (_limiter.Held > 0) { onWarning?.Invoke("end of ffmpeg's messages", _limiter.Held); }
    }

    /// <summary>The lines that come with every frame are not made strings of.</summary>
    private void AcceptBytes(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty) { return; }
        if (FrameLine.IsFromFilter(line)) { AcceptFrameLine(line); }
        else if (FrameLine.IsTrace(line))
        {
            if (FrameLine.TryReadDecoded(line, out var decoded)) { _damage.Decoded(decoded); }
            else if (FrameLine.IsPacket(line))
            {
                Interlocked.Exchange(ref _lastPacket, time.GetTimestamp());
                _packetsSeen = true;
            }
        }
        else { Accept(Encoding.UTF8.GetString(line)); }
    }

    private void AcceptFrameLine(ReadOnlySpan<byte> line)
    {
        if (!FrameLine.TryRead(line, _tick, out var seconds))
        {
            if (FrameLine.TryTick(line, out var tick)) { _tick = tick; }
            return;
        }
        if (_shape is { } shape && _shape != (_expected ??= shape) && !_sizeChanged)
        {
            Change = (seconds, shape);
            _sizeChanged = true;
        }
        var fault = (_damage.TakeUntil(seconds) ? FrameFault.Damaged : FrameFault.None)
            | (_health.IsGarbled ? FrameFault.Garbled : FrameFault.None) | (_sizeChanged ? FrameFault.OtherSize : FrameFault.None);
        Notes.Add(new FrameNote(seconds, fault));
    }

    /// <summary>Takes one line without its line end.</summary>
    internal void Accept(string raw)
    {
        var clean = LogLine.Clean(raw);
        if (clean.Length == 0) { return; }
        // A line without a level continues the one before; before the first one it is the loader or the shell.
        var line = LogLine.Parse(clean) ?? new LogLine("", _level, clean);
        _level = line.Level;
        Interpret(line);
        if (line.Level > LogLevelOfFfmpeg.Warning) { return; }
        var text = SourceUrl.Mask(redact(line.ToString()));
        lock (_gate)
        {
            if (_tail.Count == KeptLines) { _tail.Dequeue(); }
            _tail.Enqueue(text);
            if (HardwareFailure().IsMatch(line.Text)) { _hardwareProblem ??= text; }
        }
        if (_limiter.TryPass(out var held)) { onWarning?.Invoke(text, held); }
    }

    private void Interpret(LogLine line)
    {
        if (line.Level == LogLevelOfFfmpeg.Error && (IsDecoderContext(line.Context) || line.Text.StartsWith("Error while decoding", StringComparison.Ordinal)))
        {
            _health.CountError();
        }
        if (line.Level == LogLevelOfFfmpeg.Warning) { InterpretWarning(line.Text); }
        if (line.Level == LogLevelOfFfmpeg.Info && Mapping().Match(line.Text) is { Success: true } mapping)
        {
            lock (_gate)
            {
                _codec = mapping.Groups[1].Value;
                _decoder = mapping.Groups[2].Value == "native" ? _codec : mapping.Groups[2].Value;
            }
        }
        if (line.Context.StartsWith("graph ", StringComparison.Ordinal) && GraphInput().Match(line.Text) is { Success: true } input)
        {
            var aspect = PictureShape.Ratio(input.Groups[4].Value);
            lock (_gate)
            {
                _shape = new PictureShape(Number(input.Groups[1]), Number(input.Groups[2]), aspect > 0 ? aspect : 1);
                _pixelFormat = input.Groups[3].Value;
            }
            _decoderKnown.TrySetResult();
        }
    }

    private void InterpretWarning(string text)
    {
        // "pipe:0: corrupt decoded frame in stream 0" up to ffmpeg 6.0, "corrupt decoded frame" in the decoder's name later.
        if (text == CorruptFrame || text.Contains(": " + CorruptFrame + " in stream ", StringComparison.Ordinal))
        {
            _damage.Report();
            Interlocked.Increment(ref _damaged);
        }
        else if (MissedPackets().Match(text) is { Success: true } missed && int.TryParse(missed.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var count))
        {
            Interlocked.Add(ref _lostPackets, count);
        }
    }

    private bool IsDecoderContext(string context)
    {
        lock (_gate) { return _codec.Length > 0 && (context == _codec || context == _decoder); }
    }

    [GeneratedRegex(@"^Stream #\d+:\d+ -> #\d+:\d+ \((\S+) \((\S+)\) -> ")]
    private static partial Regex Mapping();

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    [GeneratedRegex(@"^w:(\d{1,6}) h:(\d{1,6}) pixfmt:(\S+)(?:.*? sar:(\d+/\d+))?")]
    private static partial Regex GraphInput();

    [GeneratedRegex(@"^RTP: missed (\d{1,6}) packets")]
    private static partial Regex MissedPackets();

    [GeneratedRegex("^(nv12|nv21|nv16|nv24|p010|p012|p016|p210|p216|p410|p416)")]
    private static partial Regex SemiPlanar();

    [GeneratedRegex("Device creation failed|No device available for decoder|Device setup failed for decoder|hwaccel initialisation returned error|Could not find a valid device|No decoder surfaces left")]
    private static partial Regex HardwareFailure();
}
