using EdgePose.Domain;
using EdgePose.Networks.Families;

namespace EdgePose.Workshop.Models;

/// <summary>A family that reads a network, with the descriptor that says how.</summary>
internal sealed record Adoption(IModelFamily Family, ModelDescriptor Descriptor, string Text)
{
    public int Joints { get; init; }

    /// <summary>How well it does on the picture; 0 where there is none.</summary>
    public float Fit { get; init; }

    /// <summary>What was tried on the picture, the usual first; empty where there is none.</summary>
    public IReadOnlyList<TriedInput> Tried { get; init; } = [];
}
