using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>The native library as a whole: found, new enough, initialised once per process.</summary>
internal static class MosquittoLibrary
{
    private static readonly Lazy<string> LoadedVersion = new(() => Load(Native.Library));

    /// <summary>Loads the library if that has not happened yet, and gives its version such as <c>2.0.11</c>.</summary>
    /// <exception cref="UserError">It is not installed, or older than 2.0.</exception>
    public static string Version => LoadedVersion.Value;

    internal static string Load(string library)
    {
        const string hint = "install the Debian package libmosquitto1: apt-get install libmosquitto1";
        // The handle stays open for the life of the process; the calls bind to the same library.
        if (!NativeLibrary.TryLoad(library, typeof(MosquittoLibrary).Assembly, null, out _))
        {
            throw new UserError(ExitCode.Broker, $"MQTT needs {library}, which was not found", hint);
        }
        Native.LibVersion(out var major, out var minor, out var revision);
        if (major < 2) { throw new UserError(ExitCode.Broker, $"{library} {major}.{minor}.{revision} is too old, 2.0 or newer is needed", hint); }
        var rc = Native.LibInit();
        if (rc != Native.Success) { throw new UserError(ExitCode.Broker, $"{library} did not start: {Native.ErrorText(rc)}"); }
        return $"{major}.{minor}.{revision}";
    }
}
