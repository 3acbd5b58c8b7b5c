namespace EdgePose.Networks.Runtime;

/// <summary>Name, element type and shape of one network input or output; an unknown dimension is -1 or 0.</summary>
internal sealed record TensorShape(string Name, Type Element, int[] Shape)
{
    public int Rank => Shape.Length;

    /// <summary>A picture with its three channels last.</summary>
    public bool IsNhwcPicture => Rank == 4 && Shape[3] == 3;

    /// <summary>A picture of real numbers with its three channels first.</summary>
    public bool IsNchwPicture => Rank == 4 && Shape[3] != 3 && Shape[1] == 3 && Element != typeof(int);

    /// <summary>A picture of real numbers, with its channels first or last.</summary>
    public bool IsFloatPicture => Element == typeof(float) && (IsNchwPicture || IsNhwcPicture);

    /// <summary>Rows and columns of a picture.</summary>
    public (int Height, int Width) PictureSize => IsNhwcPicture ? (Shape[1], Shape[2]) : (Shape[2], Shape[3]);

    public override string ToString() => $"{Name} {Element.Name}[{string.Join(',', Shape)}]";
}
