using EdgePose.Domain;
using EdgePose.Settings.Files;

namespace EdgePose.Workshop.Probe;

/// <summary>Where the printed block finds the camera's password: in a place that is there, so that the block can be checked in the same shell.</summary>
/// <param name="Line">The key with its value.</param>
/// <param name="Advice">What is left to do.</param>
internal sealed record PasswordPlace(string Line, IReadOnlyList<string> Advice)
{
    public static string Credential(string stream) => $"password: ${{credential:camera.{stream}}}";

    /// <param name="request">What was asked for.</param>
    /// <param name="environment">Environment variables.</param>
    public static PasswordPlace Find(ProbeRequest request, Func<string, string?> environment)
    {
        var credential = Credential(request.Stream);
        if (environment("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, $"camera.{request.Stream}")))
        {
            return new PasswordPlace(credential, []);
        }
        var file = Path.GetFullPath(request.PasswordFile.Length > 0 ? request.PasswordFile : $"camera-{request.Stream}.secret");
        var line = $"password_file: \"{file.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        List<string> advice = [$"a service takes the password as a credential: LoadCredential=camera.{request.Stream}:FILE in its unit, and {credential}"];
        if (request.PasswordFile.Length == 0) { advice.Insert(0, $"write the password into {file}, with mode 0600: (umask 077; cat > {file})"); }
        else if (FileLook.Behind(file) is { } look && (look.Mode & FileLook.OfOthers) != 0) { advice.Insert(0, $"others may read the file with the password; run: chmod 600 {file}"); }
        return new PasswordPlace(line, advice);
    }
}
