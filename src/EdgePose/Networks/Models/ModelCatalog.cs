using EdgePose.Domain;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Networks.Models;

/// <summary>The models that descriptors describe, whether their files are installed or not.</summary>
internal sealed class ModelCatalog
{
    private readonly Dictionary<string, ModelDescriptor> _byName;

    private ModelCatalog(IReadOnlyList<ModelDescriptor> models, IReadOnlyList<ConfigProblem> problems)
    {
        (Models, Problems) = (models, problems);
        _byName = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<ModelDescriptor> Models { get; }

    /// <summary>What is wrong with descriptors; those with errors are not among <see cref="Models"/>.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    /// <summary>
    /// Reads every <c>*.yaml</c> of the descriptor folders and looks their files up in the model folders. Earlier folders win, so that a
    /// user's descriptor replaces a built-in one of the same name. Folders that do not exist are skipped.
    /// </summary>
    public static ModelCatalog Load(IEnumerable<string> descriptorFolders, IReadOnlyList<string> modelFolders)
    {
        var problems = new ProblemList();
        var models = new SortedDictionary<string, ModelDescriptor>(StringComparer.Ordinal);
        foreach (var folder in descriptorFolders.Select(Path.GetFullPath).Distinct().Where(Directory.Exists))
        {
            foreach (var path in DescriptorFiles(folder, problems))
            {
                if (!models.ContainsKey(Path.GetFileNameWithoutExtension(path)) && Read(path, problems) is { } model)
                {
                    models.Add(model.Name, model with { Path = Locate(model.File, modelFolders) });
                }
            }
        }
        return new ModelCatalog([.. models.Values], problems.ToSorted([]));
    }

    /// <summary>The model of that name, or null with the name that was probably meant (empty when there is none).</summary>
    public ModelDescriptor? Find(string name, out string suggestion)
    {
        suggestion = "";
        if (_byName.TryGetValue(name, out var model)) { return model; }
        suggestion = Suggest.Nearest(name, _byName.Keys);
        return null;
    }

    /// <summary>As <see cref="Find"/>.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Model"/> when there is no such model.</exception>
    public ModelDescriptor Get(string name) => Find(name, out var meant) ?? throw new UserError(ExitCode.Model,
        $"there is no model {Show.Value(name)}" + (meant.Length > 0 ? $"; did you mean \"{meant}\"?" : ""), "edgepose models list shows all");

    private static List<string> DescriptorFiles(string folder, ProblemList problems)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException)
        {
            problems.Error(new Mark(folder, 0, 0), "", "the folder cannot be read: permission denied");
            return [];
        }
    }

    private static ModelDescriptor? Read(string path, ProblemList problems)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[Math.Min(stream.Length, YamlText.MaxBytes) + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return DescriptorReader.Read(buffer.AsSpan(0, length), path, problems);
        }
        catch (IOException e)
        {
            problems.Error(new Mark(path, 0, 0), "", "the descriptor cannot be read: " + e.GetType().Name);
        }
        catch (UnauthorizedAccessException)
        {
            problems.Error(new Mark(path, 0, 0), "", "the descriptor cannot be read: permission denied");
        }
        return null;
    }

    private static string Locate(string file, IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            var path = Path.Combine(Path.GetFullPath(folder), file);
            if (File.Exists(path)) { return path; }
        }
        return "";
    }
}
