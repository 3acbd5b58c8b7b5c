using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;

namespace EdgePose.Networks.Runtime;

/// <summary>
/// Names, order and start of execution providers. Whether one works is never read from ONNX Runtime's list of providers, which only
/// says what was compiled in: it is decided by appending the provider and running the network once.
/// </summary>
internal static class ExecutionProviders
{
    /// <summary>Session entry that names optimisations to leave out.</summary>
    public const string DisabledOptimizers = "optimization.disable_specified_optimizers";

    /// <summary>
    /// ONNX Runtime quantizes a convolution that a file keeps in float between quantized values, with one scale for all its weights: what the
    /// quantizer left in float because it needs more than eight bits would come out as noise (PP-TinyPose: 17.7 dB became -0.1 dB).
    /// </summary>
    public const string GuessedWeights = "WeightBiasQuantization";

    private const string Cpu = "cpu";

    private static readonly (string Name, string OrtName)[] Known =
    [
        ("tensorrt", "TensorrtExecutionProvider"), ("cuda", "CUDAExecutionProvider"), ("qnn", "QNNExecutionProvider"), (Cpu, "CPUExecutionProvider"),
    ];

    /// <summary>The chain to try. <c>auto</c>: accelerators that are compiled in, configured as plugins or required, then cpu.</summary>
    public static IReadOnlyList<string> Chain(InferenceSettings options)
    {
        var chain = new List<string>();
        foreach (var name in options.Providers)
        {
            if (name != "auto") { AddOnce(chain, name); continue; }
            var compiled = OrtRuntime.CompiledProviders;
            foreach (var (known, ortName) in Known)
            {
                // A required one is tried without a device too: its failure is the reason that the user needs.
                var wanted = known == options.RequireProvider || options.PluginLibraries.ContainsKey(known) || (compiled.Contains(ortName) && HasDevice(known));
                if (known != Cpu && wanted) { AddOnce(chain, known); }
            }
            foreach (var plugin in options.PluginLibraries.Keys) { AddOnce(chain, plugin); }
            if (options.RequireProvider.Length > 0 && options.RequireProvider != Cpu) { AddOnce(chain, options.RequireProvider); }
            AddOnce(chain, Cpu);
        }
        return chain;
    }

    /// <summary>Session options for one provider. Throws what ONNX Runtime throws when the provider cannot be appended.</summary>
    public static SessionOptions Configure(string provider, InferenceSettings options)
    {
        var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = options.Threads > 0 ? options.Threads : ThreadChoice.For(Environment.ProcessorCount, options.Streams),
            InterOpNumThreads = 1,
            // A pattern is one block for the whole run, laid out by its first run, whose gaps nobody can use.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            // Idle inference threads must not take the cores from ffmpeg's decoders while they wait for the next operator.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            session.AddSessionConfigEntry(DisabledOptimizers, GuessedWeights);
            OrtArena.Register();
            session.AddSessionConfigEntry(OrtArena.Use, "1");
            // Weights in memory of their exact size, outside the arena.
            session.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
            Append(session, provider, options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void Append(SessionOptions session, string provider, InferenceSettings options)
    {
        var settings = options.ProviderOptions.TryGetValue(provider, out var given) ? new Dictionary<string, string>(given) : [];
        if (options.PluginLibraries.TryGetValue(provider, out var library))
        {
            AppendPlugin(session, provider, library, settings);
            return;
        }
        switch (provider)
        {
            case Cpu:
                // The processor takes no provider options; its settings are entries of the session, such as session.intra_op.allow_spinning.
                foreach (var (key, value) in settings) { session.AddSessionConfigEntry(key, value); }
                return;
            case "tensorrt":
                using (var trt = new OrtTensorRTProviderOptions())
                {
                    trt.UpdateOptions(settings);
                    session.AppendExecutionProvider_Tensorrt(trt);
                }
                return;
            case "cuda":
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(settings);
                    session.AppendExecutionProvider_CUDA(cuda);
                }
                return;
            case "qnn": session.AppendExecutionProvider("QNN", settings); return;
            default:
                throw new UserError(ExitCode.Configuration, $"unknown execution provider \"{provider}\"", "use tensorrt, cuda, qnn, cpu or auto");
        }
    }

    private static void AppendPlugin(SessionOptions session, string provider, string library, Dictionary<string, string> settings)
    {
        var environment = OrtEnv.Instance();
        var devices = DevicesOf(environment, provider);
        if (devices.Count == 0)
        {
            environment.RegisterExecutionProviderLibrary(provider, library);
            devices = DevicesOf(environment, provider);
        }
        if (devices.Count == 0)
        {
            throw new NotSupportedException($"plugin library {library} offers no device for it");
        }
        session.AppendExecutionProvider(environment, devices, settings);
    }

    private static List<OrtEpDevice> DevicesOf(OrtEnv environment, string provider) =>
        [.. environment.GetEpDevices().Where(d => d.EpName.Contains(provider, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Spares a machine without the device the cost and noise of a failing start; a configured provider is always tried.</summary>
    private static bool HasDevice(string provider) => provider switch
    {
        "tensorrt" or "cuda" => File.Exists("/dev/nvidiactl") || File.Exists("/dev/nvhost-gpu") || Directory.Exists("/dev/nvgpu"),
        _ => true,
    };

    private static void AddOnce(List<string> chain, string name)
    {
        if (!chain.Contains(name)) { chain.Add(name); }
    }
}
