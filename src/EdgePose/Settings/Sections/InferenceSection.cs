using EdgePose.Domain;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings.Sections;

internal static class InferenceSection
{
    private static readonly string[] BuiltIn = ["tensorrt", "cuda", "qnn", "cpu"];

    public static InferenceConfig Read(Section s)
    {
        var plugins = Plugins(s.Child("plugin_libraries"));
        string[] names = ["auto", .. BuiltIn, .. plugins.Keys];
        string? Known(string text) => names.Contains(text) ? null : "one of " + string.Join(", ", names);
        var providers = s.List("providers", ["auto"], ["auto", .. BuiltIn], Known);
        if (providers.Count > 1 && providers.Contains("auto")) { s.Error("providers", "auto stands alone"); }
        var required = s.Text("require_provider", "", t => t == "auto" ? "the name of one provider" : Known(t));
        if (required.Length > 0 && !providers.Contains("auto") && !providers.Contains(required))
        {
            s.Error("require_provider", "it is not in inference.providers, so it will never be used");
        }
        var config = new InferenceConfig
        {
            Providers = providers,
            RequireProvider = required,
            Threads = s.Integer("threads", 0, 0, 256),
            Batch = s.Integer("batch", 0, 0, 64),
            Adaptive = s.Flag("adaptive", true),
            TargetUtilisation = s.Number("target_utilisation", 0.8f, 0.1, 1),
            TargetAge = s.Duration("target_age", null, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), new Doc("") { Default = "two frame intervals of waiting" }),
            RunDeadline = s.Duration("run_deadline", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            RuntimeLibrary = s.File("runtime_library"),
            Quantization = new QuantizationLimits(
                s.Number("max_ap_loss", QuantizationLimits.Default.MaxApLoss, 0, 100), s.Number("min_agreement", QuantizationLimits.Default.MinAgreement, 0, 1)),
            PluginLibraries = plugins,
            ProviderOptions = Options(s.Child("provider_options"), [.. names.Skip(1)]),
        };
        s.Done();
        return config;
    }

    private static Dictionary<string, string> Plugins(Section s)
    {
        var plugins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in s.Names("my-npu"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a provider's name has a–z 0–9 _ - only"); }
            else if (s.NamedText(entry, t => t.Length > 0, "the path of a library") is { } path) { plugins[entry.Key] = s.Absolute(entry.Key, path); }
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
            var options = new Dictionary<string, string>(StringComparer.Ordinal);
            var provider = s.Sub(entry);
            foreach (var option in provider.Names("device_id"))
            {
                if (provider.NamedText(option, _ => option.Key.Length <= 128, "a single value") is { } value) { options[option.Key] = value; }
            }
            all[entry.Key] = options;
        }
        return all;
    }
}
