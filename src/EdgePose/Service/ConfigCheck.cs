using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Service.Configuration;
using EdgePose.Service.Endpoints;
using EdgePose.Settings;
using EdgePose.Settings.Files;
using EdgePose.Settings.Problems;

namespace EdgePose.Service;

/// <summary>The networks of one stream; <see cref="Detector"/> is null for bottom-up models.</summary>
internal sealed record StreamModels(ModelDescriptor Pose, ModelDescriptor? Detector);

/// <summary>What can be said about a configuration only together with the models and the files of this machine.</summary>
internal static class ConfigCheck
{
    /// <summary>Every reference of an enabled stream that does not lead to a usable model, in the form of the loader's problems.</summary>
    public static IReadOnlyList<ConfigProblem> Models(ConfigResult loaded, ModelCatalog catalog)
    {
        var problems = new ProblemList();
        if (loaded.Config is not { } config) { return []; }
        var folders = config.Models.Folders.Select((f, i) => (f, i)).Where(x => !Directory.Exists(x.f));
        foreach (var (folder, _) in folders)
        {
            problems.Warning(Place(loaded, "models.folders").Mark, "models.folders", $"{folder} does not exist");
        }
        foreach (var stream in config.Streams.Where(s => s.Enabled))
        {
            if (Check(loaded, catalog, problems, stream, "model", stream.Pose.Model) is not { } pose) { continue; }
            if (pose.Task == ModelTask.BottomUp)
            {
                var (mark, key) = Place(loaded, $"streams.{stream.Id}.pose.detector");
                if (mark.Line > 0 || mark.File == "--set") { problems.Warning(mark, key, $"ignored: {pose.Name} finds people itself"); }
            }
            else
            {
                Check(loaded, catalog, problems, stream, "detector", stream.Pose.Detector);
            }
        }
        return problems.ToSorted([]);
    }

    /// <summary>The files that the configuration names and this machine lacks: recordings, devices, certificates, libraries.</summary>
    public static IReadOnlyList<ConfigProblem> Files(ConfigResult loaded)
    {
        var problems = new ProblemList();
        if (loaded.Config is not { } config) { return []; }
        void Need(string path, string key, bool fatal)
        {
            if (path.Length == 0 || File.Exists(path)) { return; }
            var (mark, shown) = Place(loaded, key);
            if (fatal) { problems.Error(mark, shown, $"{path} does not exist"); }
            else { problems.Warning(mark, shown, $"{path} does not exist now"); }
        }
        foreach (var stream in config.Streams.Where(s => s.Enabled && s.Source.Url.StartsWith('/')))
        {
            Need(stream.Source.Url, $"streams.{stream.Id}.url", fatal: !stream.Source.Url.StartsWith("/dev/", StringComparison.Ordinal));
        }
        Need(config.Mqtt.CaFile, "mqtt.ca_file", fatal: true);
        Need(config.Mqtt.CertFile, "mqtt.cert_file", fatal: true);
        Need(config.Mqtt.KeyFile, "mqtt.key_file", fatal: true);
        Need(config.Inference.RuntimeLibrary, "inference.runtime_library", fatal: true);
        foreach (var (name, path) in config.Inference.PluginLibraries) { Need(path, "inference.plugin_libraries." + name, fatal: true); }
        if (config.Status.Socket is { Length: > 0 } socket and not (StatusSettings.Auto or StatusSettings.Off)
            && File.Exists(socket) && FileLook.At(socket) is { Kind: not FileKind.Socket })
        {
            var (mark, shown) = Place(loaded, "status.socket");
            problems.Error(mark, shown, $"{socket} exists and is no socket; it would be left alone, and edgepose top have nothing to read");
        }
        return problems.ToSorted([]);
    }

    /// <summary>The networks of a stream.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>: unknown, or not of the needed task.</exception>
    public static StreamModels Resolve(StreamConfig stream, ModelCatalog catalog)
    {
        var pose = catalog.Get(stream.Pose.Model);
        if (WrongTask(pose, "model") is { } wrong) { throw new UserError(ExitCode.Model, $"stream {stream.Id}: {wrong}"); }
        if (pose.Task == ModelTask.BottomUp) { return new StreamModels(pose, null); }
        var detector = catalog.Get(stream.Pose.Detector);
        if (WrongTask(detector, "detector") is { } not) { throw new UserError(ExitCode.Model, $"stream {stream.Id}: {not}"); }
        return new StreamModels(pose, detector);
    }

    private static ModelDescriptor? Check(
        ConfigResult loaded, ModelCatalog catalog, ProblemList problems, StreamConfig stream, string role, string name)
    {
        var (mark, key) = Place(loaded, $"streams.{stream.Id}.pose.{role}");
        if (catalog.Find(name, out var meant) is not { } model)
        {
            problems.Error(mark, key, $"there is no model {Show.Value(name)} (edgepose models list shows all)", meant);
            return null;
        }
        if (WrongTask(model, role) is { } wrong)
        {
            problems.Error(mark, key, wrong);
            return null;
        }
        if (model.Path.Length == 0) { problems.Error(mark, key, $"model {name} is not installed: {ModelFile.InstallHint(model)}"); }
        return model;
    }

    private static string? WrongTask(ModelDescriptor model, string role) => (role, model.Task) switch
    {
        ("model", ModelTask.Detect) => $"{model.Name} is a person detector, not a pose model",
        ("detector", not ModelTask.Detect) => $"{model.Name} is a pose model, not a person detector",
        _ => null,
    };

    // The stream's own key, else the top-level one that it inherits from, else the file as a whole.
    private static (Mark Mark, string Key) Place(ConfigResult loaded, string key)
    {
        if (loaded.Marks.TryGetValue(key, out var own)) { return (own, key); }
        var pose = key.IndexOf(".pose.", StringComparison.Ordinal);
        if (key.StartsWith("streams.", StringComparison.Ordinal))
        {
            var inherited = pose > 0 ? key[(pose + 1)..] : key[..key.LastIndexOf('.')];
            if (loaded.Marks.TryGetValue(inherited, out var mark)) { return (mark, inherited); }
            if (pose > 0) { return (new Mark(loaded.Config!.Path, 0, 0), inherited); }
        }
        return (new Mark(loaded.Config!.Path, 0, 0), key);
    }
}
