using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Models;

/// <summary>Fetches and removes models of the user's folders; those that came with the program are left alone.</summary>
internal static class ModelInstallation
{
    /// <exception cref="UserError">Unknown model, or the download failed; nothing that looks complete is left.</exception>
    public static async Task<DownloadedModel> PullAsync(
        IReadOnlyList<string> folders, string name, IProgress<DownloadProgress>? progress, CancellationToken stop)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        using var http = new HttpFetch();
        return await new ModelFetcher(http, ModelFolders.ForNew(folders), progress).RunAsync(store.Catalog.Get(name), stop);
    }

    /// <summary>Deletes the model's file, its recorded hash and its descriptor where they lie in a folder of the user.</summary>
    /// <returns>The files that are gone.</returns>
    /// <exception cref="UserError">Unknown model, or nothing of it lies in such a folder.</exception>
    public static IReadOnlyList<string> Remove(IReadOnlyList<string> folders, string name)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        var model = store.Catalog.Get(name);
        string[] own = folders.Count > 0 ? [.. folders.Select(Path.GetFullPath)] : [.. ModelFolders.All];
        var descriptors = own.Select(f => Path.Combine(f, name + ".yaml")).Where(File.Exists).ToList();
        var owners = store.Catalog.Models.Where(m => m.Name != name && m.Path == model.Path && m.Path.Length > 0).Select(m => m.Name).ToList();
        List<string> files = owners.Count > 0 ? [] : [.. own.SelectMany(f => new[] { Path.Combine(f, model.File), Path.Combine(f, model.File + ModelFile.RecordSuffix) }).Where(File.Exists)];
        if (descriptors.Count + files.Count == 0)
        {
            var where = model.Path.Length == 0 ? "it is not installed" : owners.Count > 0 ? $"{model.Path} also belongs to {string.Join(", ", owners)}" : $"{model.Path} is not in a folder of yours";
            throw new UserError(ExitCode.Model, $"model {name}: nothing to remove: {where}", $"the folders looked at are {string.Join(", ", own)}; --models names others");
        }
        // Descriptors first: a descriptor without its file is a model that is not installed, which every verb understands.
        string[] all = [.. descriptors, .. files];
        try
        {
            foreach (var path in all) { File.Delete(path); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Model, $"model {name}: {e.Message}", "check the folder's permissions", e);
        }
        return all;
    }
}
