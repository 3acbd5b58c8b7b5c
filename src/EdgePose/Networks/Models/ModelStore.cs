using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Models;

/// <summary>The models of this machine: descriptors, files and, once opened, sessions. A network is opened once and shared by all streams.</summary>
internal sealed class ModelStore : IDisposable
{
    private readonly Dictionary<string, OrtSession> _sessions = new(StringComparer.Ordinal);
    private readonly InferenceSettings _options;
    private readonly QuantizationLimits? _limits;

    private ModelStore(ModelCatalog catalog, InferenceSettings options, QuantizationLimits? limits) => (Catalog, _options, _limits) = (catalog, options, limits);

    public ModelCatalog Catalog { get; }

    /// <summary>Sessions opened so far.</summary>
    public IReadOnlyCollection<OrtSession> Sessions => _sessions.Values;

    /// <summary>Reads all descriptors. The folders given are searched for files and descriptors before the built-in ones.</summary>
    /// <param name="folders">The user's folders.</param>
    /// <param name="options">How networks run.</param>
    /// <param name="limits">What quantized models may have lost; null where they are only measured or described.</param>
    public static ModelStore Load(IReadOnlyList<string> folders, InferenceSettings options, QuantizationLimits? limits = null)
    {
        string[] files = [.. folders, .. BuiltInFileFolders()];
        string[] descriptors = [.. folders, .. ModelFolders.All, BuiltInDescriptors];
        return new ModelStore(ModelCatalog.Load(descriptors, files), options, limits);
    }

    /// <summary>Opens a network, or returns the one that is open.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>.</exception>
    public OrtSession Open(ModelDescriptor model)
    {
        if (_sessions.TryGetValue(model.Name, out var session)) { return session; }
        if (_limits is { } limits) { CardRule.Require(model, limits); }
        session = NetworkFactory.Open(model, ModelFile.ReadVerified(model), _options);
        _sessions.Add(model.Name, session);
        return session;
    }

    /// <summary>Folder of the descriptors that come with the program.</summary>
    public static string BuiltInDescriptors => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Where model files are looked for after the configured folders: beside the program, the user's and the system's store, and in a checkout the set-up's.</summary>
    public static IEnumerable<string> BuiltInFileFolders()
    {
        yield return BuiltInDescriptors;
        foreach (var folder in ModelFolders.All) { yield return folder; }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgePose.sln")))
            {
                yield return Path.Combine(folder.FullName, "artifacts", "assets", "models");
                yield break;
            }
        }
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values) { session.Dispose(); }
    }
}
