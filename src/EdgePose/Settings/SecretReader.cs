using System.Text.RegularExpressions;
using EdgePose.Domain;
using EdgePose.Settings.Files;
using EdgePose.Settings.Problems;

namespace EdgePose.Settings;

/// <summary>
/// Finds passwords: <c>${credential:NAME}</c> in systemd's credentials directory, then <c>password_file</c>, then <c>${env:NAME}</c>;
/// a literal works but is warned about. Everything found is collected for the redactor.
/// </summary>
internal sealed partial class SecretReader(ProblemList problems, Func<string, string?> environment)
{
    /// <summary>Of a file with a secret.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Some editors write it in front of a text.</summary>
    private const char ByteOrderMark = '\uFEFF';
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    /// <summary>False for verbs that connect to nothing: a secret that is not there is none then, instead of an error.</summary>
    public bool Required { get; set; } = true;

    public void Add(string value)
    {
        if (value.Length > 0 && !_found.Contains(value)) { _found.Add(value); }
    }

    /// <summary>The password of a section, from <c>password</c>, <c>password_file</c> or its URL; null when it has none, or was reported.</summary>
    public Secret? Read(Section section, string? fromUrl, Doc passwordDoc, Doc fileDoc)
    {
        var text = section.Hidden("password", doc: passwordDoc);
        var file = section.File("password_file", fileDoc);
        if (fromUrl is { Length: > 0 } && (text is not null || file.Length > 0))
        {
            Add(fromUrl);
            section.Error("password", "the password is given twice, here and in the URL; take it out of the URL");
        }
        else
        {
            text ??= fromUrl;
        }
        return text is null && file.Length == 0 ? null : Resolve(section, text, file);
    }

    private Secret? Resolve(Section section, string? text, string file)
    {
        var key = text is not null && section.Has("password") ? "password" : file.Length > 0 ? "password_file" : "url";
        var reference = Reference().Match(text ?? "");
        if (text is not null && !reference.Success) { return Literal(section, key, text, file); }

        var (kind, name) = (reference.Groups[1].Value, reference.Groups[2].Value);
        var tried = new List<string>();
        var value = kind == "credential" ? FromCredential(name, tried) : null;
        if (value is null && file.Length > 0)
        {
            value = FromFile(section, file, tried, out var refused);
            if (refused) { return null; }
        }
        if (value is null && kind == "env") { value = FromEnvironment(name, tried); }
        if (value is null)
        {
            if (Required) { problems.Error(section.Where(key), section.PathOf(key), "no secret found: " + string.Join("; ", tried)); }
            return null;
        }
        Add(value);
        return new Secret(value);
    }

    private Secret? Literal(Section section, string key, string text, string file)
    {
        Add(text);
        if (text.Length == 0 || text.Any(char.IsControl))
        {
            section.Error(key, text.Length == 0 ? "the password is empty" : "the password holds control characters");
            return null;
        }
        if (text.Contains("${credential:", StringComparison.Ordinal) || text.Contains("${env:", StringComparison.Ordinal))
        {
            section.Error(key, "a reference must be the whole value: ${credential:NAME} or ${env:NAME}, NAME of letters, digits and . _ -");
            return null;
        }
        if (file.Length > 0)
        {
            section.Error("password_file", "the password is given twice; keep the file and take the literal out");
            return null;
        }
        section.Warning(key, "literal secret in the file; move it to ${credential:NAME}, password_file or ${env:NAME}");
        return new Secret(text);
    }

    private string? FromCredential(string name, List<string> tried)
    {
        var folder = environment("CREDENTIALS_DIRECTORY");
        if (string.IsNullOrEmpty(folder))
        {
            tried.Add($"credential {name}: $CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential={name}:FILE; password_file names a file instead)");
            return null;
        }
        // The pattern of names admits no separator, so only "." and ".." could leave the folder.
        var path = Path.Combine(folder, name);
        if (name is "." or ".." || !Path.Exists(path))
        {
            tried.Add($"credential {name}: not in $CREDENTIALS_DIRECTORY (add LoadCredential={name}:FILE to the unit, or name a file with password_file)");
            return null;
        }
        return ReadText(path, $"credential {name}", tried, out _);
    }

    private static string? FromFile(Section section, string path, List<string> tried, out bool refused)
    {
        var text = ReadText(path, path, tried, out var mode);
        refused = (mode & FileLook.OfOthers) != 0;
        if (!refused) { return text; }
        section.Error("password_file", $"others may read it (mode {Convert.ToString((int)mode, 8)}); run: chmod 600 {path}");
        return null;
    }

    private string? FromEnvironment(string name, List<string> tried)
    {
        var value = environment(name);
        if (!string.IsNullOrEmpty(value)) { return OneLine(value, $"the environment variable {name}", tried); }
        tried.Add($"the environment variable {name} is not set");
        return null;
    }

    private static string? ReadText(string path, string shown, List<string> tried, out UnixFileMode mode)
    {
        if (TextFile.TryRead(path, MaxBytes, out mode, out var why) is { } text) { return OneLine(text, shown, tried); }
        tried.Add($"{shown} {why}; write the password into a file of one line");
        return null;
    }

    /// <summary>Editors end a file with a line break, those of Windows with two characters; neither is part of a password.</summary>
    private static string? OneLine(string text, string shown, List<string> tried)
    {
        var line = text.TrimStart(ByteOrderMark).TrimEnd('\r', '\n');
        if (line.Length > 0 && !line.Any(char.IsControl)) { return line; }
        tried.Add($"{shown} {(line.Length == 0 ? "is empty" : "is not a single line of text")}; write the password into it, in one line");
        return null;
    }

    [GeneratedRegex(@"^\$\{(credential|env):([A-Za-z0-9._-]{1,128})\}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
