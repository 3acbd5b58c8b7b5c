using System.IO.Compression;
using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>Takes one file out of a ZIP file; its name inside decides nothing but which one.</summary>
internal static class ZipMember
{
    /// <exception cref="UserError">There is not exactly one such file, or it is too large.</exception>
    /// <exception cref="InvalidDataException">The ZIP file is damaged.</exception>
    public static async Task ExtractAsync(
        string zip, string member, string target, long limit, Func<string, FileMode, Stream> open, CancellationToken stop)
    {
        await using var stream = new FileStream(zip, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        var entries = archive.Entries.Where(e => e.Name == member).ToList();
        if (entries is not [var entry])
        {
            throw new UserError(ExitCode.Model, $"the downloaded archive holds {entries.Count} files called {member}, one is expected", "the archive was deleted; it is not the one that the descriptor means");
        }
        if (entry.Length > limit) { throw TooLarge(member, entry.Length, limit); }
        await using var source = entry.Open();
        await using var copy = open(target, FileMode.Create);
        var (buffer, written) = (new byte[1 << 16], 0L);
        // The directory's word on the length is not trusted.
        while (await source.ReadAsync(buffer, stop) is var read and > 0)
        {
            written += read;
            if (written > entry.Length || written > limit) { throw TooLarge(member, written, limit); }
            await copy.WriteAsync(buffer.AsMemory(0, read), stop);
        }
        if (written != entry.Length) { throw new InvalidDataException($"{member} ends after {written} of {entry.Length} bytes"); }
        await copy.FlushAsync(stop);
        if (copy is FileStream file) { file.Flush(flushToDisk: true); }
    }

    private static UserError TooLarge(string member, long bytes, long limit) =>
        new(ExitCode.Model, $"{member} in the archive has {bytes} bytes or more; at most {limit} are taken");
}
