namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>Groups that lose more by quantization than they cost in float.</summary>
internal static class GroupDefaults
{
    /// <summary>Why a group is not quantized by default (in 16 bits where the target has them); empty when it is.</summary>
    public static string Reason(string group) => group switch
    {
        _ when Grouping.IsHead(group) => "the last convolutions and what follows them decide the coordinates and have unbounded ranges",
        _ when Grouping.IsStem(group) => "the first convolutions have few channels, whose differences need more than eight bits, and integer kernels gain nothing on them",
        _ => "",
    };
}
