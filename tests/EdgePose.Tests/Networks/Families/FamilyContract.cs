using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;

namespace EdgePose.Tests.Networks.Families;

/// <summary>Input and outputs of a public export.</summary>
internal sealed record ExportShapes(TensorShape Input, IReadOnlyList<TensorShape> Outputs)
{
    /// <summary>Words of the families that have such shapes too; then the values of a run tell.</summary>
    public string[] Alike { get; init; } = [];
}

/// <summary>
/// The tests of a family begin with this: what its public exports look like. They must be its own and nobody else's, unless the tests say
/// which families have the like.
/// </summary>
public abstract class FamilyContract
{
    internal abstract IModelFamily Family { get; }

    /// <summary>Exports as people have them, at least one.</summary>
    internal abstract IReadOnlyList<ExportShapes> Exports { get; }

    [Fact]
    public void PublicExports_AreOfThisFamily()
    {
        Assert.NotEmpty(Exports);
        foreach (var export in Exports)
        {
            var claimed = ModelFamilies.All.Where(f => f.Recognises(export.Input, export.Outputs)).Select(f => f.Kind.Word);
            Assert.Equal(export.Alike.Append(Family.Kind.Word).Order(StringComparer.Ordinal), claimed.Order(StringComparer.Ordinal));
            if (export.Alike.Length == 0) { Assert.Equal(Family.Kind, Contract.Recognise(export.Input, export.Outputs)?.Kind); }
        }
    }

    [Fact]
    public void Row_IsThereOnce_WithTheTaskOfWhatItMakes()
    {
        Assert.Same(ModelFamilies.Of(Family.Kind), Assert.Single(ModelFamilies.All, f => f.GetType() == Family.GetType()));
        var task = Family switch
        {
            IDetectorFamily => ModelTask.Detect,
            ITopDownFamily => ModelTask.TopDown,
            IWholeFrameFamily => ModelTask.BottomUp,
            _ => throw new InvalidOperationException($"{Family.Kind} makes nothing"),
        };
        Assert.Equal(task, Family.Kind.Task);
        Assert.NotEmpty(Family.Networks);
    }

    internal static ExportShapes Of(TensorShape input, params TensorShape[] outputs) => new(input, outputs);

    internal static TensorShape Floats(params int[] shape) => new("t", typeof(float), shape);

    internal static TensorShape Integers(params int[] shape) => new("t", typeof(int), shape);

    internal static TensorShape Longs(params int[] shape) => new("t", typeof(long), shape);
}
