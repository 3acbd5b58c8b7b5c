using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>Finds the two outputs of a bottom-up network after a run: names are no contract, shapes are.</summary>
internal static class StageFinder
{
    /// <summary>
    /// The coarse output [1, 2J, h, w] and the fine one [1, J, 2h, 2w]. <see cref="ModelDescriptor.Outputs"/>, when it has two names, says
    /// which is which, coarse first.
    /// </summary>
    /// <exception cref="UserError">No such pair; the message gives the shapes that were found.</exception>
    public static StageOutputs Find(Binding binding, ModelDescriptor descriptor, int joints)
    {
        var outputs = binding.Outputs;
        var named = descriptor.Outputs.Count == 2;
        for (var c = 0; c < outputs.Count; c++)
        {
            var coarse = outputs[c];
            if (!IsMap(coarse, 2 * joints) || (named && coarse.Name != descriptor.Outputs[0])) { continue; }
            for (var f = 0; f < outputs.Count; f++)
            {
                var fine = outputs[f];
                if (!IsMap(fine, joints) || (named && fine.Name != descriptor.Outputs[1])) { continue; }
                if (fine.Shape[2] != 2 * coarse.Shape[2] || fine.Shape[3] != 2 * coarse.Shape[3]) { continue; }
                if (coarse.Shape[2] * 4 != binding.Height || coarse.Shape[3] * 4 != binding.Width) { continue; }
                return new StageOutputs(coarse.Values, fine.Values, coarse.Shape[3], coarse.Shape[2]);
            }
        }
        throw Unfit(binding, descriptor, joints);
    }

    private static bool IsMap(OutputTensor output, int channels) =>
        output.Shape.Length == 4 && output.Shape[0] == 1 && output.Shape[1] == channels && output.Values.Length == output.Length;

    private static UserError Unfit(Binding binding, ModelDescriptor descriptor, int joints)
    {
        var found = string.Join("; ", binding.Outputs.Select(o => $"{o.Name} [{string.Join(", ", o.Shape)}]"));
        return new UserError(
            ExitCode.Model,
            $"model {descriptor.Name}: for {joints} joints and an input of {binding.Width}x{binding.Height} the outputs should be "
            + $"[1, {2 * joints}, {binding.Height / 4}, {binding.Width / 4}] and [1, {joints}, {binding.Height / 2}, {binding.Width / 2}], but are {found}",
            "check kind, skeleton and outputs in the model's descriptor");
    }
}
