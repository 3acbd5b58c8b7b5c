using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>A model that a user wants to add. Empty texts and nulls are found out or take the family's default.</summary>
/// <param name="Name">Name of the descriptor.</param>
/// <param name="File">Plain name of the ONNX file to be.</param>
/// <param name="Sha256">Of <paramref name="Content"/>.</param>
/// <param name="Content">The file.</param>
internal sealed record AdoptionRequest(string Name, string File, string Sha256, ReadOnlyMemory<byte> Content)
{
    /// <summary>Word of the family, such as simcc.</summary>
    public string Kind { get; init; } = "";
    public string Skeleton { get; init; } = "";

    /// <summary>Width and height of the input where the file leaves them open.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>How pictures become values; null = what the picture shows to be right.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Order of the channels; null = likewise.</summary>
    public ColourOrder? Colour { get; init; }

    /// <summary>A picture with people to try the network on; null = there is none.</summary>
    public TrialPicture? Picture { get; init; }

    public string Licence { get; init; } = "";
    public string Source { get; init; } = "";
    public string Note { get; init; } = "";
}
