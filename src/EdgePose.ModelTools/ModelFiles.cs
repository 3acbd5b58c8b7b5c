using System.Security.Cryptography;
using System.Text;

namespace EdgePose.ModelTools;

/// <summary>Writes a model and its descriptor as one step, as far as a file system can.</summary>
public static class ModelFiles
{
    /// <summary>
    /// Writes the model, then the descriptor that names its hash: a crash in between leaves a model that nobody mentions. Files of the same
    /// content are left alone; others are replaced only with <paramref name="replace"/>.
    /// </summary>
    /// <exception cref="ModelToolsException">Other files are in the way, or the disk refuses; no descriptor was
    /// changed, so nothing unchecked is in use.</exception>
    public static void Write(string modelPath, ReadOnlyMemory<byte> model, string descriptorPath, string descriptor, bool replace)
    {
        var text = Encoding.UTF8.GetBytes(descriptor);
        var (modelState, descriptorState) = (Compare(modelPath, model.Span), Compare(descriptorPath, text));
        if (!replace && (modelState == State.Other || descriptorState == State.Other))
        {
            throw new ModelToolsException($"{(modelState == State.Other ? modelPath : descriptorPath)} exists and is another one", "choose another name, or --force to replace it");
        }
        if (modelState != State.Same) { AtomicFile.Write(modelPath, s => s.Write(model.Span)); }
        if (descriptorState == State.Same) { return; }
        try
        {
            AtomicFile.Write(descriptorPath, s => s.Write(text));
        }
        catch (ModelToolsException) when (modelState == State.Absent)
        {
            File.Delete(modelPath);
            throw;
        }
    }

    /// <summary>Writes a model that gets no descriptor.</summary>
    /// <exception cref="ModelToolsException">Another file is in the way, or the disk refuses; nothing was changed.</exception>
    public static void Write(string modelPath, ReadOnlyMemory<byte> model, bool replace)
    {
        var state = Compare(modelPath, model.Span);
        if (state == State.Other && !replace) { throw new ModelToolsException($"{modelPath} exists and is another one", "choose another name, or --force to replace it"); }
        if (state != State.Same) { AtomicFile.Write(modelPath, s => s.Write(model.Span)); }
    }

    private enum State { Absent, Same, Other }

    private static State Compare(string path, ReadOnlySpan<byte> content)
    {
        if (!File.Exists(path)) { return State.Absent; }
        return AtomicFile.Sha256(path) == Convert.ToHexStringLower(SHA256.HashData(content)) ? State.Same : State.Other;
    }
}
