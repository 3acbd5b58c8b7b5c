namespace EdgePose.Networks.Runtime;

/// <summary>How networks are run on this device.</summary>
internal sealed record InferenceOptions
{
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
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ProviderOptions { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();
    public IReadOnlyDictionary<string, string> PluginLibraries { get; init; } = new Dictionary<string, string>();
}
