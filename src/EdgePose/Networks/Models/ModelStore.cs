using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Models;

/// <summary>The models of this machine: descriptors, files and, once opened, sessions. A network is opened once and shared by all streams.</summary>
internal sealed class ModelStore : IDisposable
{
    // Replaced as a whole: a reload opens a network while others are read.
    private volatile OrtSession[] _sessions = [];
    private readonly InferenceSettings _options;
    private readonly QuantizationLimits? _limits;

    private ModelStore(ModelCatalog catalog, InferenceSettings options, QuantizationLimits? limits) => (Catalog, _options, _limits) = (catalog, options, limits);

    public ModelCatalog Catalog { get; private set; }

    /// <summary>Sessions opened so far.</summary>
    public IReadOnlyCollection<OrtSession> Sessions => _sessions;

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
        if (Array.Find(_sessions, s => s.Descriptor.Name == model.Name) is { } open) { return open; }
        if (_limits is { } limits) { CardRule.Require(model, limits); }
        var session = NetworkFactory.Open(model, ModelFile.ReadVerified(model), _options);
        _sessions = [.. _sessions, session];
        return session;
    }

    /// <summary>Takes descriptors that were read later. Those of open networks must be the same.</summary>
    public void Follow(ModelCatalog later) => Catalog = later;

    /// <summary>Closes the networks that nobody uses any more.</summary>
    /// <param name="used">Names of the others.</param>
    public void CloseAllBut(IReadOnlyCollection<string> used)
    {
        var closed = _sessions.Where(s => !used.Contains(s.Descriptor.Name)).ToList();
        _sessions = [.. _sessions.Except(closed)];
        foreach (var session in closed) { session.Dispose(); }
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
        foreach (var session in _sessions) { session.Dispose(); }
    }
}
