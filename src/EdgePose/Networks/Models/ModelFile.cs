using System.Security.Cryptography;
using System.Text;
using EdgePose.Domain;

namespace EdgePose.Networks.Models;

/// <summary>The bytes of a model, released only when their SHA-256 is the expected one.</summary>
internal static class ModelFile
{
    /// <summary>Largest model file that is read.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Suffix of the file in which a conversion records the hash of what it wrote; content as of <c>sha256sum</c>.</summary>
    public const string RecordSuffix = ".sha256";

    /// <summary>
    /// Reads the file once and returns exactly the bytes that were hashed: whoever loads them needs no second open, so nobody can exchange
    /// the file in between.
    /// </summary>
    /// <exception cref="UserError">
    /// With <see cref="ExitCode.Model"/>: not installed, a link, empty, too large, unreadable, or another hash.
    /// </exception>
    public static byte[] ReadVerified(ModelDescriptor model)
    {
        if (model.Path.Length == 0)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: {model.File} is not installed", InstallHint(model));
        }
        if (model.HashUnknown)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: its descriptor states no hash, so {model.Path} cannot be trusted", InstallHint(model));
        }
        var expected = model.Sha256.Length > 0 ? model.Sha256 : ReadRecord(model);
        var bytes = ReadOnce(model);
        var actual = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (actual == expected) { return bytes; }
        var authority = model.Sha256.Length > 0 ? "its descriptor" : "the record beside it";
        throw new UserError(ExitCode.Model,
            $"model {model.Name}: {model.Path} has SHA-256 {actual}, but {authority} says {expected}",
            "the file is damaged or another version; " + InstallHint(model));
    }

    /// <summary>The SHA-256 that the file must have: the descriptor's, or the recorded one of a converted model.</summary>
    public static string ExpectedSha256(ModelDescriptor model) => model.Sha256.Length > 0 ? model.Sha256 : ReadRecord(model);

    /// <summary>True for a name that cannot lead out of its folder: letters, digits and . _ -, not hidden, ending in .onnx.</summary>
    public static bool IsPlainName(string file) =>
        file.Length is > 5 and <= 200 && file.EndsWith(".onnx", StringComparison.Ordinal) && file[0] is not ('.' or '-')
        && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && !file.Contains("..", StringComparison.Ordinal);

    /// <summary>The next step for a model that is missing or wrong: a command, and where the file is when no command fetches it.</summary>
    public static string InstallHint(ModelDescriptor model)
    {
        if (model.Sha256.Length == 0 && !model.HashUnknown) { return "run ./build.sh setup, which converts it"; }
        if (model.Download is not null && !model.HashUnknown) { return $"edgepose models pull {model.Name}"; }
        var family = ModelFamilies.Of(model.Kind);
        if (family.CheckpointForm is { Length: > 0 } form)
        {
            // Under this very name its descriptor replaces the one that comes with the program.
            return $"get the authors' checkpoint ({family.CheckpointHome}; this file: {model.Source}), then: "
                + $"edgepose models import CHECKPOINT --as {form} --out FOLDER/{model.Name}.onnx";
        }
        if (model.HashUnknown)
        {
            return $"get the file yourself from {model.Download?.Url ?? model.Source}, then: edgepose models import FILE --as onnx --name {model.Name}";
        }
        return $"get {model.File} yourself (on GitHub as owner/repository@commit path: {model.Source}) and put it into a folder of models.folders; "
            + $"another file of this kind: edgepose models import FILE --as onnx --name {model.Name}-mine";
    }

    private static byte[] ReadOnce(ModelDescriptor model)
    {
        try
        {
            RefuseLink(model, model.Path);
            using var stream = new FileStream(model.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            if (stream.Length == 0) { throw new UserError(ExitCode.Model, $"model {model.Name}: {model.Path} is empty", InstallHint(model)); }
            if (stream.Length > MaxBytes)
            {
                throw new UserError(ExitCode.Model, $"model {model.Name}: {model.Path} has {stream.Length} bytes; at most {MaxBytes} are read");
            }
            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException e)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: {model.Path} cannot be read ({e.GetType().Name})", InstallHint(model), e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UserError(ExitCode.Model, $"model {model.Name}: {model.Path} cannot be read (permission denied)",
                "make it readable for the user that runs EdgePose", e);
        }
    }

    private static string ReadRecord(ModelDescriptor model)
    {
        var path = model.Path + RecordSuffix;
        var text = "";
        try
        {
            RefuseLink(model, path);
            using var stream = File.OpenRead(path);
            var buffer = new byte[512];
            text = Encoding.ASCII.GetString(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        }
        catch (IOException e)
        {
            throw NoRecord(e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NoRecord(e);
        }
        var words = text.Split([' ', '\t', '\r', '\n', '*'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 1 or 2 && words[0].Length == 64 && words[0].All(char.IsAsciiHexDigit)
            && (words.Length == 1 || words[1] == model.File))
        {
            return words[0].ToLowerInvariant();
        }
        throw NoRecord(null);

        UserError NoRecord(Exception? e) => new(ExitCode.Model,
            $"model {model.Name}: no valid hash is recorded in {path}, so {model.File} cannot be trusted", InstallHint(model), e);
    }

    private static void RefuseLink(ModelDescriptor model, string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new UserError(ExitCode.Model,
                $"model {model.Name}: {path} is a symbolic link; links are not followed", "copy the file itself");
        }
    }
}
