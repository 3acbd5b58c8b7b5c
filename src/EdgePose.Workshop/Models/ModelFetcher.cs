using System.Globalization;
using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.Networks.Models;

namespace EdgePose.Workshop.Models;

/// <summary>Bytes received of a download, and how many there will be; null when the server does not say.</summary>
internal readonly record struct DownloadProgress(long Received, long? Total);

/// <summary>A file that was fetched, or was there already.</summary>
internal sealed record DownloadedModel(string Name, string Path, string Sha256, long Bytes, bool AlreadyInstalled, string Licence, string Note);

/// <summary>
/// Fetches a model from the address in its descriptor. The file gets its name only after its SHA-256 was found right; until then it is
/// <c>.FILE.partial</c>, from which an interrupted download goes on.
/// </summary>
internal sealed class ModelFetcher(HttpFetch http, string folder, IProgress<DownloadProgress>? progress, Func<string, FileMode, Stream>? open = null)
{
    private readonly Func<string, FileMode, Stream> _open =
        open ?? ((path, mode) => new FileStream(path, mode, FileAccess.Write, FileShare.None, 1 << 16));

    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>: no address or hash, the server or the disk refuses, or another hash.</exception>
    public async Task<DownloadedModel> RunAsync(ModelDescriptor model, CancellationToken stop)
    {
        var from = Address(model);
        var target = Path.Combine(folder, model.File);
        if (await HasAsync(target, model.Sha256, stop)) { return Done(model, target, alreadyInstalled: true); }
        try
        {
            Directory.CreateDirectory(folder);
            var partial = Path.Combine(folder, $".{model.File}{(from.Archive.Length > 0 ? ".zip" : "")}.partial");
            await http.FetchAsync(new Uri(from.Url), new PartialFile(partial, _open), ModelFile.MaxBytes, progress, stop);
            var candidate = from.Archive.Length > 0 ? await UnpackAsync(partial, from.Archive, Path.Combine(folder, $".{model.File}.unpacked.partial"), stop) : partial;
            await AcceptAsync(model, candidate, target, stop);
            if (candidate != partial) { File.Delete(partial); }
            File.Delete(partial + PartialFile.TagSuffix);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: {folder} cannot be written: {e.Message}",
                "check the folder's permissions, or name another one with --models", e);
        }
        return Done(model, target, alreadyInstalled: false);
    }

    private static ModelDownload Address(ModelDescriptor model)
    {
        if (model.Download is null)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: its descriptor names no address to download it from", ModelFile.InstallHint(model));
        }
        if (model.HashUnknown || model.Sha256.Length == 0)
        {
            throw new UserError(ExitCode.Model,
                $"model {model.Name}: no SHA-256 of it is known here, so a download could not be checked", ModelFile.InstallHint(model));
        }
        return model.Download;
    }

    /// <summary>Renames the candidate after its hash was found right; deletes it when it is another.</summary>
    private static async Task AcceptAsync(ModelDescriptor model, string candidate, string target, CancellationToken stop)
    {
        var actual = await HashAsync(candidate, stop);
        if (actual != model.Sha256)
        {
            var bytes = new FileInfo(candidate).Length;
            foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(candidate)!, $".{model.File}.*partial*")) { File.Delete(path); }
            throw new UserError(ExitCode.Model,
                string.Create(CultureInfo.InvariantCulture, $"model {model.Name}: what {model.Download!.Url} gives ({bytes} bytes) has SHA-256 {actual}, the descriptor says {model.Sha256}"),
                "the file was deleted; the release may have been exchanged, so do not use it unless its authors say so");
        }
        File.Move(candidate, target, overwrite: true);
    }

    private async Task<string> UnpackAsync(string zip, string member, string path, CancellationToken stop)
    {
        try
        {
            await ZipMember.ExtractAsync(zip, member, path, ModelFile.MaxBytes, _open, stop);
            return path;
        }
        catch (Exception e) when (e is InvalidDataException or UserError or IOException)
        {
            File.Delete(path);
            File.Delete(zip);
            File.Delete(zip + PartialFile.TagSuffix);
            if (e is InvalidDataException) { throw new UserError(ExitCode.Model, $"the download is not a sound ZIP file: {e.Message}", "it was deleted; try again", e); }
            throw;
        }
    }

    private static async Task<bool> HasAsync(string path, string sha256, CancellationToken stop) =>
        File.Exists(path) && await HashAsync(path, stop) == sha256;

    private static async Task<string> HashAsync(string path, CancellationToken stop)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stop));
    }

    private static DownloadedModel Done(ModelDescriptor model, string target, bool alreadyInstalled) =>
        new(model.Name, target, model.Sha256, new FileInfo(target).Length, alreadyInstalled, model.Licence, model.Note);
}
