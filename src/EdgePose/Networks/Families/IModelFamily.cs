using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>
/// A family of networks: how its public exports are fed, recognised and read. One of <see cref="IDetectorFamily"/>,
/// <see cref="ITopDownFamily"/> and <see cref="IWholeFrameFamily"/>; <see cref="ModelFamilies"/> lists them all.
/// </summary>
internal interface IModelFamily
{
    ModelKind Kind { get; }

    /// <summary>The public networks that it reads, for the list of families in models/README.md.</summary>
    string Networks { get; }

    /// <summary>The input that a descriptor need not repeat: that of the authors' training pipeline.</summary>
    ModelInput Input { get; }

    /// <summary>The decoder settings that a descriptor need not repeat.</summary>
    ModelDecode Decode => new();

    /// <summary>Outputs to ask for where the descriptor names none; empty = all.</summary>
    IReadOnlyList<string> Outputs => [];

    /// <summary>What <c>edgepose models import --as</c> calls the authors' checkpoints; empty = there is no such import.</summary>
    string CheckpointForm => "";

    /// <summary>Where the authors of <see cref="CheckpointForm"/> say how to get theirs.</summary>
    string CheckpointHome => "";

    /// <summary>
    /// Whether a network with this input and these outputs is of the family, judged by types and shapes and never by names: exporters rename
    /// freely. The shapes are those of a real run, because exporters leave symbols behind.
    /// </summary>
    bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs);

    /// <summary>Joints that a run gives; 0 for detectors, and for outputs of which none has the form of the family.</summary>
    int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => 0;

    /// <summary>Outputs that a new descriptor has to name, because the network has others that nobody reads; empty = none.</summary>
    IReadOnlyList<string> OutputsToName(TensorShape input, IReadOnlyList<TensorShape> outputs) => [];

    /// <summary>
    /// Reads a run on a black picture as it will read frames, so that outputs which cannot be read are refused when the network is opened and
    /// not on a camera's first frame. What shapes leave open, such as whether boxes are decoded already, shows in the values.
    /// </summary>
    /// <exception cref="UserError">The outputs cannot be read, or their values are those of another family.</exception>
    void TryDecode(ModelDescriptor descriptor, int joints, Binding binding);
}
