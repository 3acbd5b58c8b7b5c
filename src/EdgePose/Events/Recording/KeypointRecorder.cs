using System.Globalization;
using System.Threading.Channels;
using EdgePose.Events.Scenes;
using EdgePose.Loops;
using EdgePose.Settings.Files;
using Microsoft.Extensions.Logging;

namespace EdgePose.Events.Recording;

/// <summary>
/// Records the scenes of one stream. Scenes are encoded where they come from, into the block in work; complete blocks go through a bounded
/// queue to a task that compresses and writes them. A slow or full disk costs blocks, which are counted, and never holds up the caller.
/// The methods that take records are for one thread at a time.
/// </summary>
internal sealed partial class KeypointRecorder : ISceneSink
{
    private readonly RecorderOptions _options;
    private readonly RecordingHeader _header;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SceneEncoder _encoder;
    private readonly Channel<Block> _queue;
    private readonly SupervisedLoop _writing;
    private readonly long _blockTime;
    private long _began, _records, _dropped, _bytes;
    private uint _nextBlock;
    private volatile string _lastError = "";

    // of the writing task
    private RecordingWriter? _file;
    private int _part;
    private long _failureLoggedAt;

    /// <param name="options">Place and limits.</param>
    /// <param name="header">Of the first file; part and first block are filled in.</param>
    /// <param name="time">For file names and the pace of failure messages.</param>
    /// <param name="logger">Says when the disk fails.</param>
    public KeypointRecorder(RecorderOptions options, RecordingHeader header, TimeProvider time, ILogger logger)
    {
        (_options, _header, _time, _logger) = (options, header, time, logger);
        _encoder = new SceneEncoder(header.Joints);
        _encoder.Begin();
        _blockTime = Instant.Of(options.BlockTime);
        // DropWrite would count nothing: the writer must see that its block was not taken.
        _queue = Channel.CreateBounded<Block>(new BoundedChannelOptions(options.QueueBlocks) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });
        Supervision = new Supervision($"recording of {header.Stream}", time, logger);
        _writing = new SupervisedLoop("writing", WriteAsync, Supervision, time);
        _writing.Start();
    }

    /// <summary>The loop that writes.</summary>
    public Supervision Supervision { get; }

    /// <summary>May be read from any thread.</summary>
    public RecorderStats Stats => new(Interlocked.Read(ref _records), Interlocked.Read(ref _dropped), Interlocked.Read(ref _bytes), _lastError);

    public void Add(Scene scene)
    {
        Begin(scene.Time);
        _encoder.Add(scene);
        Interlocked.Increment(ref _records);
    }

    public void AddLost(in Instant time, string reason)
    {
        Begin(time);
        _encoder.AddLost(time, reason);
        Interlocked.Increment(ref _records);
        Flush();
    }

    public void AddStopped(in Instant time)
    {
        Begin(time);
        _encoder.AddStopped(time);
        Interlocked.Increment(ref _records);
        Flush();
    }

    /// <summary>Hands on the block in work if it is full or old enough.</summary>
    private void Begin(in Instant time)
    {
        if (_encoder.Records > 0 && (_encoder.Length >= _options.BlockBytes || Math.Abs(time.Microseconds - _began) >= _blockTime)) { Flush(); }
        if (_encoder.Records == 0) { _began = time.Microseconds; }
    }

    private void Flush()
    {
        // One copy every few seconds; the encoder goes on with its own buffer at once.
        var block = new Block(_nextBlock++, _encoder.Records, _encoder.Written.ToArray());
        _encoder.Begin();
        if (!_queue.Writer.TryWrite(block)) { Interlocked.Add(ref _dropped, block.Records); }
    }

    // It ends when the queue does: what was recorded before the stop is written.
    private async Task WriteAsync(CancellationToken stop)
    {
        await foreach (var block in _queue.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) { Write(block); }
        _file?.Dispose();
    }

    private void Write(Block block)
    {
        var isWritten = false;
        try
        {
            if (_file is null || _file.Length >= _options.FileBytes) { OpenNext(block.Number); }
            var before = _file!.Length;
            _file.Write(block.Bytes, block.Number);
            Interlocked.Add(ref _bytes, _file.Length - before);
            (_lastError, isWritten) = ("", true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lastError = e.Message;
            // The next block tries a new file: this one may end in half a block.
            _file?.Dispose();
            _file = null;
            if (_failureLoggedAt != 0 && _time.GetElapsedTime(_failureLoggedAt) < TimeSpan.FromMinutes(1)) { return; }
            _failureLoggedAt = _time.GetTimestamp();
            LogFailure(_header.Stream, _options.Folder, e.Message);
        }
        finally
        {
            if (!isWritten) { Interlocked.Add(ref _dropped, block.Records); }
        }
    }

    private void OpenNext(uint firstBlock)
    {
        _file?.Dispose();
        _file = null;
        PrivateFolder.Create(_options.Folder);
        MakeRoom();
        var stamp = _time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var path = Path.Combine(_options.Folder, string.Create(CultureInfo.InvariantCulture, $"{stamp}-{_header.Session}-{_part + 1:00000}.poses"));
        _file = new RecordingWriter(path, _header with { Part = ++_part, FirstBlock = firstBlock });
        LogFile(_header.Stream, path);
    }

    /// <summary>Deletes the oldest files until one more fits. The names sort by time.</summary>
    private void MakeRoom()
    {
        var files = new DirectoryInfo(_options.Folder).GetFiles("*.poses").OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        var total = files.Sum(f => f.Length);
        foreach (var file in files)
        {
            if (total + _options.FileBytes <= _options.MaxBytes) { return; }
            total -= file.Length;
            file.Delete();
        }
    }

    /// <summary>Writes what is in work and waits for the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_encoder.Records > 0) { Flush(); }
        _queue.Writer.TryComplete();
        await _writing.Completion.ConfigureAwait(false);
        _writing.Dispose();
    }

    private readonly record struct Block(uint Number, int Records, byte[] Bytes);
}
