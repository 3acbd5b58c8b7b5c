using System.Runtime.InteropServices;
using EdgePose.Domain;
using Microsoft.ML.OnnxRuntime;

namespace EdgePose.Networks.Runtime;

/// <summary>Loads the native ONNX Runtime once per process, from a path of the user's choice, and says early when it cannot work.</summary>
internal static class OrtRuntime
{
    /// <summary>
    /// Oldest native library whose function table the binding can read (older ones fail with a null pointer inside the binding).
    /// A newer binding may move it: binding 1.31 already refuses 1.30.
    /// </summary>
    private static readonly Version Oldest = new(1, 24);

    private static readonly Lock Gate = new();
    private static string? _loaded;

    /// <summary>Version of the native library, such as 1.29.0; empty before <see cref="Initialize"/>.</summary>
    public static string Version { get; private set; } = "";

    /// <summary>Path that was loaded; empty before <see cref="Initialize"/>.</summary>
    public static string Path => _loaded ?? "";

    /// <summary>Loads <paramref name="library"/> (empty: the one that came with the program). A second call with another path is an error: the library is chosen once.</summary>
    /// <exception cref="UserError">The library is missing, cannot be loaded or is too old.</exception>
    public static void Initialize(string library)
    {
        lock (Gate)
        {
            var path = System.IO.Path.GetFullPath(library.Length > 0 ? library : DefaultPath(AppContext.BaseDirectory));
            if (_loaded is not null)
            {
                if (_loaded == path) { return; }
                throw new UserError(ExitCode.Model, $"libonnxruntime is already loaded from {_loaded}; {path} cannot be added",
                    "use one inference.runtime_library for the whole process");
            }
            FreeMemory.ShareNativeHeap();
            var (handle, version) = Open(path);
            OrtEnv.DisableDllImportResolver = true;
            NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? handle : IntPtr.Zero);
            var options = new EnvironmentCreationOptions { logId = "edgepose", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, loggingFunction = OrtLog.Function };
            OrtEnv.CreateInstanceWithOptions(ref options);
            (Version, _loaded) = (version, path);
        }
    }

    /// <summary>Providers that the native library was compiled with: a promise of nothing, see <see cref="OrtSession.Open"/>.</summary>
    public static IReadOnlyList<string> CompiledProviders => OrtEnv.Instance().GetAvailableProviders();

    /// <summary>
    /// The library that came with the program: beside it where it was published for one processor, otherwise below <c>runtimes</c>.
    /// Where there is none, the first place that was looked at.
    /// </summary>
    internal static string DefaultPath(string programFolder)
    {
        var processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        string[] places =
        [
            System.IO.Path.Combine(programFolder, "libonnxruntime.so"),
            System.IO.Path.Combine(programFolder, "runtimes", processor, "native", "libonnxruntime.so"),
        ];
        return places.FirstOrDefault(File.Exists, places[0]);
    }

    /// <summary>Loads the library at <paramref name="path"/> and reads its version; nothing else of it is called.</summary>
    /// <exception cref="UserError">As <see cref="Initialize"/>.</exception>
    internal static (IntPtr Handle, string Version) Open(string path)
    {
        var handle = LoadNative(path);
        return (handle, ReadVersion(handle, path));
    }

    private static IntPtr LoadNative(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserError(ExitCode.Model, $"libonnxruntime not found at {path}",
                "set inference.runtime_library to a libonnxruntime.so of version 1.24 or newer");
        }
        try { return NativeLibrary.Load(path); }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserError(ExitCode.Model, $"{path} cannot be loaded: {e.Message}",
                "it must be built for this processor and its own libraries must be installed (see: ldd)", e);
        }
    }

    private static string ReadVersion(IntPtr handle, string path)
    {
        if (!NativeLibrary.TryGetExport(handle, "OrtGetApiBase", out var entry))
        {
            throw new UserError(ExitCode.Model, $"{path} is not an ONNX Runtime library", "point inference.runtime_library to libonnxruntime.so");
        }
        var getBase = Marshal.GetDelegateForFunctionPointer<GetApiBase>(entry);
        var getVersion = Marshal.GetDelegateForFunctionPointer<GetVersionString>(Marshal.ReadIntPtr(getBase(), IntPtr.Size));
        var version = Marshal.PtrToStringUTF8(getVersion()) ?? "";
        if (!System.Version.TryParse(version, out var parsed) || parsed < Oldest)
        {
            throw new UserError(ExitCode.Model, $"libonnxruntime {version} at {path} is too old, {Oldest} or newer is needed",
                "install a newer ONNX Runtime or remove inference.runtime_library");
        }
        return version;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GetApiBase();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GetVersionString();
}
