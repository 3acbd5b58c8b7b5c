namespace EdgePose.Networks.Models;

/// <summary>Folders where users keep models without naming them in the configuration.</summary>
internal static class ModelFolders
{
    /// <summary>The service's store, shared by all users of the machine.</summary>
    public const string System = "/var/lib/edgepose/models";

    /// <summary>The folder of the user who runs the program; empty when there is no home.</summary>
    public static string Home
    {
        get
        {
            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return data.Length == 0 ? "" : Path.Combine(data, "edgepose", "models");
        }
    }

    /// <summary>Both, in the order of search.</summary>
    public static IEnumerable<string> All => ((string[])[Home, System]).Where(f => f.Length > 0);

    /// <summary>Where new models go: the first folder given, else the system's store when it can be written, else the user's.</summary>
    public static string ForNew(IReadOnlyList<string> given)
    {
        if (given.Count > 0) { return Path.GetFullPath(given[0]); }
        return CanWrite(System) || Home.Length == 0 ? System : Home;
    }

    private static bool CanWrite(string folder)
    {
        if (!Directory.Exists(folder)) { return false; }
        try
        {
            using var probe = new FileStream(Path.Combine(folder, $".{Path.GetRandomFileName()}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
