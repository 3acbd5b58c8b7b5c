using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>Bottom-up associative embedding: LitePose, HigherHRNet.</summary>
internal sealed class LitePoseFamily : IWholeFrameFamily
{
    public static readonly ModelKind Kind = new("litepose", "LitePose", ModelTask.BottomUp);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "LitePose, HigherHRNet";

    public ModelInput Input => UsualInput.ImageNet(448, 448, ResizeRule.ShortSide);

    public ModelDecode Decode => new() { JointThreshold = 0.1f };

    public string CheckpointForm => "litepose";

    public string CheckpointHome => "the README of github.com/mit-han-lab/litepose";

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs.Count == 2 && (IsPair(outputs[0], outputs[1]) || IsPair(outputs[1], outputs[0]));

    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => outputs.Where(o => o.Rank == 4).Select(o => o.Shape[1]).Order().FirstOrDefault();

    public IPoseEstimator Estimator(INetwork network, Skeleton skeleton, BottomUpOptions options) => new BottomUpEstimator(network, skeleton, options);

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding)
    {
        if (joints > 0) { StageFinder.Find(binding, descriptor, joints); }
    }

    private static bool IsPair(TensorShape quarter, TensorShape half) =>
        quarter.Rank == 4 && half.Rank == 4 && half.Shape[2] == 2 * quarter.Shape[2] && half.Shape[3] == 2 * quarter.Shape[3]
        && quarter.Shape[1] > half.Shape[1] && quarter.Shape[1] <= 2 * half.Shape[1];
}
