using EdgePose.Settings;
using EdgePose.Settings.Yaml;

namespace EdgePose.Networks.Runtime;

/// <summary>How networks are run on this device: most of the section <c>inference</c>.</summary>
internal sealed record InferenceSettings
{
    public static readonly Doc About = "Where the networks run.";

    private static readonly string[] BuiltIn = ["tensorrt", "cuda", "qnn", "cpu"];

    /// <summary>Execution providers in order of preference; <c>auto</c> stands for what the native library was built with, then cpu.</summary>
    public IReadOnlyList<string> Providers { get; init; } = ["auto"];

    /// <summary>When set, opening a session on any other provider is an error.</summary>
    public string RequireProvider { get; init; } = "";

    /// <summary>Intra-op threads; 0 = chosen by <see cref="ThreadChoice"/>.</summary>
    public int Threads { get; init; }

    /// <summary>Streams that this process decodes beside the networks; only for the choice of threads.</summary>
    public int Streams { get; init; }

    /// <summary>Most pictures in one run of a network with a variable batch; 0 = chosen by the provider.</summary>
    public int Batch { get; init; }

    /// <summary>Longest duration of one run of a network after its first; zero = not limited.</summary>
    public TimeSpan RunDeadline { get; init; }

    /// <summary>Path of libonnxruntime; empty = the one beside the program.</summary>
    public string RuntimeLibrary { get; init; } = "";

    /// <summary>Free-form options by provider name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ProviderOptions { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Libraries of plug-in execution providers by provider name.</summary>
    public IReadOnlyDictionary<string, string> PluginLibraries { get; init; } = new Dictionary<string, string>();

    /// <summary>Without the end of the section, which other features share.</summary>
    public static InferenceSettings Read(Section s)
    {
        var plugins = Plugins(s.Child("plugin_libraries", "Plug-in execution providers. Each name can then stand in providers."));
        string[] names = ["auto", .. BuiltIn, .. plugins.Keys];
        string? Known(string text) => names.Contains(text) ? null : "one of " + string.Join(", ", names);
        var providers = s.List("providers", ["auto"], ["auto", .. BuiltIn], Known, doc: new Doc("""
            Execution providers in order of preference: tensorrt, cuda, qnn, cpu, or a name from plugin_libraries. The first that really starts is
            used. auto tries the accelerators that the runtime library knows, then the CPU.
            """) { Open = true });
        if (providers.Count > 1 && providers.Contains("auto")) { s.Error("providers", "auto stands alone"); }
        var required = s.Text("require_provider", "", t => t == "auto" ? "the name of one provider" : Known(t), new Doc("""
            One provider that must start; otherwise the program ends with an error instead of running slowly on the CPU.
            """) { Example = "cuda" });
        if (required.Length > 0 && !providers.Contains("auto") && !providers.Contains(required))
        {
            s.Error("require_provider", "it is not in inference.providers, so it will never be used");
        }
        return new InferenceSettings
        {
            Providers = providers,
            RequireProvider = required,
            Threads = s.Integer("threads", 0, 0, 256, new Doc("""
                CPU threads of each network. 0 is the number of cores, less one for every four streams after the first four, down to three quarters
                of the cores: the rest decodes. Fewer leave more room for decoding.
                """) { Unit = "threads" }),
            Batch = s.Integer("batch", 0, 0, 64, new Doc("""
                People whose pictures go through a top-down network in one run, rounded down to a power of two. It works with networks that were
                exported with a variable batch. 0 is 8 on accelerators and 1 on the CPU, where batches gain nothing.
                """) { Unit = "people" }),
            RunDeadline = s.Duration("run_deadline", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), """
                Longest duration of one run of a network. A run that takes longer is ended and its frame discarded; after two in a row the watchdog
                of systemd is not fed any more, which restarts the service. Raise it for large networks on slow boards.
                """),
            RuntimeLibrary = s.File("runtime_library", new Doc("Another build of libonnxruntime, for example one with CUDA.")
            {
                Remark = "the one beside the program", Example = "/opt/onnxruntime/lib/libonnxruntime.so",
            }),
            PluginLibraries = plugins,
            ProviderOptions = Options(s.Child("provider_options", "Options that are passed to a provider as they are; see its documentation."), [.. names.Skip(1)]),
        };
    }

    /// <summary>With the provider that the command line requires; empty = as configured.</summary>
    public InferenceSettings Requiring(string provider) => provider.Length > 0 ? this with { RequireProvider = provider } : this;

    private static Dictionary<string, string> Plugins(Section s)
    {
        var plugins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in s.Names("my-npu"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a provider's name has a–z 0–9 _ - only"); }
            else if (s.NamedText(entry, t => t.Length > 0, "the path of a library", new Doc("") { Example = "/opt/npu/libonnxruntime_provider_npu.so", Pattern = "." }) is { } path)
            {
                plugins[entry.Key] = s.Absolute(entry.Key, path);
            }
        }
        return plugins;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Options(Section s, IReadOnlyList<string> providers)
    {
        var all = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var entry in s.Names("cuda"))
        {
            if (!providers.Contains(entry.Key))
            {
                s.Error(entry, "unknown provider", Suggest.Nearest(entry.Key, providers));
                continue;
            }
            all[entry.Key] = OptionsOf(s.Sub(entry));
        }
        return all;
    }

    private static Dictionary<string, string> OptionsOf(Section provider)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in provider.Names("device_id"))
        {
            if (provider.NamedText(option, _ => option.Key.Length <= 128, "a single value", new Doc("") { Example = "0" }) is { } value) { options[option.Key] = value; }
        }
        return options;
    }
}
