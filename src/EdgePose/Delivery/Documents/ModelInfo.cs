namespace EdgePose.Delivery.Documents;

/// <summary>A model in <c>info</c>.</summary>
internal sealed record ModelInfo(string Name, string Sha256, string Provider);
