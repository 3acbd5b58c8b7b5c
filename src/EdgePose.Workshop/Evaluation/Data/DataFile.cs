using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>Files that evaluation reads. What is wrong with one is a <see cref="UserError"/> that names file and place.</summary>
internal static class DataFile
{
    /// <summary>Largest file that is read: the annotations of COCO train are a quarter of it.</summary>
    public const long MaxBytes = 1L << 30;

    public static byte[] Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            if (stream.Length > MaxBytes) { throw Wrong(path, $"has {stream.Length} bytes; at most {MaxBytes} are read"); }
            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserError(ExitCode.Source, $"{path} does not exist", "", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Source, $"{path} cannot be read: {e.Message}", "", e);
        }
    }

    public static T Parse<T>(string path, byte[] bytes, JsonTypeInfo<T> type, string what) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw Wrong(path, $"is not {what}: it holds null");
        }
        catch (JsonException e)
        {
            var place = e.LineNumber is { } line ? $" at line {line + 1}, byte {e.BytePositionInLine + 1}" : "";
            var key = e.Path is { Length: > 0 } and not "$" ? $" ({e.Path})" : "";
            throw Wrong(path, $"is not {what}{place}{key}", e);
        }
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static UserError Wrong(string path, string what, Exception? inner = null) => new(ExitCode.Source, $"{path} {what}", "", inner);
}
