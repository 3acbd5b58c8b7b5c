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
        var family = ModelFamilies.Of(descriptor.Kind);
        if (!family.Recognises(input, outputs))
        {
            // Several families may claim one network, for shapes do not tell all: then the descriptor decides.
            if (Recognise(input, outputs)?.Kind is { } detected)
            {
                throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file has the inputs and outputs of {detected}", input, outputs);
            }
            if (descriptor.Outputs.Count == 0)
            {
                throw Contradiction(descriptor, $"says kind {descriptor.Kind}, but the file's outputs do not look like it", input, outputs);
            }
        }
        var found = family.Joints(input, outputs);
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
