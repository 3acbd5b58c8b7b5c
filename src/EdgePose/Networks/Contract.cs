using EdgePose.Domain;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks;

/// <summary>Holds the inputs and outputs of a network against the families'.</summary>
internal static class Contract
{
    /// <summary>The first of <see cref="ModelFamilies.All"/> that claims the network; null when none does.</summary>
    public static IModelFamily? Recognise(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        ModelFamilies.All.FirstOrDefault(f => f.Recognises(input, outputs));

    /// <summary>Throws when the shapes of a run contradict what the descriptor states; the error names both sides.</summary>
    /// <exception cref="UserError">Exit code 4.</exception>
    public static void Verify(ModelDescriptor descriptor, int joints, TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var detected = Recognise(input, outputs)?.Kind;
        if (detected is not null && detected != descriptor.Kind)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file has the inputs and outputs of {detected}", input, outputs);
        }
        if (detected is null && descriptor.Outputs.Count == 0)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file's outputs do not look like it", input, outputs);
        }
        var found = ModelFamilies.Of(descriptor.Kind).Joints(outputs);
        if (joints > 0 && found == 0)
        {
            throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file's outputs have no joints", input, outputs);
        }
        if (joints > 0 && found > 0 && found != joints)
        {
            throw Contradiction(descriptor, $"names skeleton {descriptor.Skeleton} with {joints} joints, but the file gives {found}", input, outputs);
        }
    }

    private static UserError Contradiction(ModelDescriptor d, string what, TensorShape input, IReadOnlyList<TensorShape> outputs) => new(
        ExitCode.Model, $"model {d.Name}: the descriptor {what} (input {input}; outputs {string.Join(", ", outputs)})",
        "correct the descriptor's kind, skeleton or outputs");
}
