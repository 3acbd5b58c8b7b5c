using System.Globalization;
using System.Text;
using EdgePose.Domain;

namespace EdgePose.Networks.Runtime;

/// <summary>Finds a decoder's tensors: by the names and order of the descriptor where it gives them, otherwise by shape and type. Names of files are no contract.</summary>
internal static class OutputShapes
{
    /// <summary>The output that the descriptor lists at <paramref name="position"/>; null when it lists none.</summary>
    public static OutputTensor? Named(ModelDescriptor descriptor, Binding binding, int position)
    {
        if (position >= descriptor.Outputs.Count) { return null; }
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            if (binding.Outputs[i].Name == descriptor.Outputs[position]) { return binding.Outputs[i]; }
        }
        return null;
    }

    /// <summary>First float output of <paramref name="rank"/> dimensions of which the last is <paramref name="last"/>; null when there is none.</summary>
    public static OutputTensor? WithLast(Binding binding, int rank, int last)
    {
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            var output = binding.Outputs[i];
            if (output.Shape.Length == rank && output.Shape[^1] == last && output.Integers.IsEmpty) { return output; }
        }
        return null;
    }

    /// <summary>The error for outputs that do not fit the decoder.</summary>
    public static UserError Mismatch(ModelDescriptor descriptor, Binding binding, string expected)
    {
        var text = new StringBuilder();
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            var output = binding.Outputs[i];
            text.Append(i == 0 ? "" : ", ").Append(output.Name).Append(output.Integers.IsEmpty ? " [" : " int [");
            for (var d = 0; d < output.Shape.Length; d++)
            {
                text.Append(d == 0 ? "" : ",").Append(output.Shape[d].ToString(CultureInfo.InvariantCulture));
            }
            text.Append(']');
        }
        return new UserError(ExitCode.Model, $"model {descriptor.Name} ({descriptor.Kind}): expected {expected}, the file gives {text}",
            "check kind, outputs and input size in the model's descriptor");
    }
}
