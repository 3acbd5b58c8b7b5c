namespace EdgePose.ModelTools;

/// <summary>
/// A model file that cannot be read, converted or written. <see cref="Exception.Message"/> is one sentence for the user that names the
/// file and, where there is one, the node or tensor; <see cref="Hint"/> is the next step, or empty. Nothing was written when it is thrown.
/// </summary>
public sealed class ModelToolsException : Exception
{
    public ModelToolsException(string message, string hint = "", Exception? inner = null)
        : base(message, inner) => Hint = hint;

    public string Hint { get; }
}
