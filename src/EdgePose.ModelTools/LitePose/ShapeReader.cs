using System.Globalization;

namespace EdgePose.ModelTools.LitePose;

/// <summary>Reads a LitePose architecture off the shapes of its weights.</summary>
internal static class ShapeReader
{
    private const int FusionSteps = 3;

    /// <exception cref="ModelToolsException">The tensors are not those of a LitePose network.</exception>
    public static LitePoseArchitecture Read(StateDict state)
    {
        var stages = new List<LitePoseStage>();
        while (state.Has($"stage.{stages.Count}.0.inv.0.weight"))
        {
            var (s, blocks) = (stages.Count, 0);
            while (state.Has($"stage.{s}.{blocks}.inv.0.weight")) { blocks++; }
            var channels = state.Dims($"stage.{s}.0.point_conv.0.weight", 4)[0];
            // Strides leave no trace in the shapes; only the last of the four stages keeps its resolution.
            stages.Add(new LitePoseStage(blocks, channels, s < FusionSteps ? 2 : 1));
        }
        if (stages.Count != FusionSteps + 1)
        {
            throw new ModelToolsException($"{state.File}: not a LitePose checkpoint: it has {stages.Count} backbone stages, four are expected",
                stages.Count == 0 ? "the tensors should be called first.*, stage.*, deconv_*.* and final_*.*" : "");
        }
        var (coarse, fine) = (state.Dims("final_refined.0.conv.3.weight", 4)[0], state.Dims("final_refined.1.conv.3.weight", 4)[0]);
        if (coarse != 2 * fine)
        {
            throw new ModelToolsException(string.Create(CultureInfo.InvariantCulture,
                $"{state.File}: the heads have {coarse} and {fine} channels; one tag map per joint needs twice as many in the first"));
        }
        return new LitePoseArchitecture
        {
            InputChannels = state.Dims("first.2.weight", 4)[0],
            Stages = stages,
            Deconv = [.. Enumerable.Range(0, FusionSteps).Select(i => state.Dims($"deconv_refined.{i}.weight", 4)[1])],
            Joints = fine,
        }.Named();
    }
}
