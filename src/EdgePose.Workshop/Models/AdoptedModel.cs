namespace EdgePose.Workshop.Models;

/// <summary>A model that was accepted: its descriptor, and what the run showed. Nothing has been written.</summary>
/// <param name="Assumed">What the file does not say and was assumed, with the reason and the option that says otherwise; a line each.</param>
internal sealed record AdoptedModel(
    string Name, string Kind, string Skeleton, string Input, IReadOnlyList<string> Outputs, string Descriptor, IReadOnlyList<string> Assumed);
