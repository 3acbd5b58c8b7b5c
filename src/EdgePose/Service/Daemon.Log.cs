using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

internal sealed partial class Daemon
{
    [LoggerMessage(5001, LogLevel.Information, "model {Model} {Hash} runs on {Provider}")]
    private partial void LogModel(string model, string hash, string provider);

    [LoggerMessage(5002, LogLevel.Warning, "model {Model}: provider not used, {Reason}")]
    private partial void LogFallback(string model, string reason);

    [LoggerMessage(5012, LogLevel.Warning, "model {Model}: {Note}")]
    private partial void LogBatches(string model, string note);

    [LoggerMessage(5003, LogLevel.Information, "running {Streams} streams from {Path} (config {Hash})")]
    private partial void LogReady(int streams, string path, string hash);

    [LoggerMessage(5004, LogLevel.Error, "reload refused, the former configuration goes on: {Reason} (asked {Times})")]
    private partial void LogReloadRefused(string reason, string times);

    [LoggerMessage(5005, LogLevel.Warning, "onnxruntime: {Text}")]
    private partial void LogRuntime(string text);

    [LoggerMessage(5008, LogLevel.Information, "reload: {What} (asked {Times})")]
    private partial void LogReloaded(string what, string times);

    [LoggerMessage(5009, LogLevel.Error, "the reload was broken off in the middle; what runs goes on")]
    private partial void LogReloadBroken(Exception exception);

    [LoggerMessage(5006, LogLevel.Critical, "the daemon ends because of a defect")]
    private partial void LogBug(Exception exception);
}
