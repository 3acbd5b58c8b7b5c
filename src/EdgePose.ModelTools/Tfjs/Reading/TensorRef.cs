namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>A tensor of the TensorFlow graph: output <paramref name="Index"/> of the node <paramref name="Node"/>.</summary>
internal readonly record struct TensorRef(string Node, int Index)
{
    /// <summary>Reads <c>name</c> or <c>name:k</c>.</summary>
    public static TensorRef Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), out var index) && index >= 0
            ? new TensorRef(text[..colon], index)
            : new TensorRef(text, 0);
    }

    public override string ToString() => Index == 0 ? Node : $"{Node}:{Index}";
}
