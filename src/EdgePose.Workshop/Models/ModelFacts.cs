using EdgePose.ModelTools.Inspection;

namespace EdgePose.Workshop.Models;

/// <summary>A model from all sides. <c>model</c> and <c>provider</c> are absent for a file without a descriptor.</summary>
/// <param name="Macs">Multiply-accumulates of one run on <paramref name="Input"/>; null with <paramref name="MacsProblem"/> when it could not be run.</param>
internal sealed record ModelFacts(
    ModelReport? Model, string? Provider, IReadOnlyList<string>? Fallbacks, string? Detected, string Sha256, long Bytes, string Input,
    IReadOnlyList<string> Outputs, long? Macs, string? MacsProblem, GraphFacts Graph);
