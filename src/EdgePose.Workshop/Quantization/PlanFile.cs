using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Settings;
using EdgePose.Settings.Problems;

namespace EdgePose.Workshop.Quantization;

/// <summary>Reads which groups stay in float: a text with one group a line and # comments, or the card of an earlier model (.yaml).</summary>
internal static class PlanFile
{
    /// <exception cref="UserError">It cannot be read, or is no such file.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            if (!path.EndsWith(".yaml", StringComparison.Ordinal))
            {
                return [.. File.ReadAllLines(path).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0).Distinct()];
            }
            var problems = new ProblemList();
            var model = DescriptorReader.Read(File.ReadAllBytes(path), path, problems);
            return model?.Quantization?.FloatGroups ?? throw new UserError(ExitCode.Usage, $"--plan {path}: it is not the card of a quantized model",
                "give auto, none, a text with one group a line, or the .yaml that edgepose quantize wrote");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Usage, $"--plan {path} cannot be read: {e.Message}", "give auto, none or a file", e);
        }
    }
}
