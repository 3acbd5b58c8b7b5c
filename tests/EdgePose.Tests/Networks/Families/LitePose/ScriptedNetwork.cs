using EdgePose.Domain;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Runtime;

namespace EdgePose.Tests.Networks.Families.LitePose;

/// <summary>A network whose answers come from the test: <paramref name="answer"/> fills the outputs from the input.</summary>
internal sealed class ScriptedNetwork(ModelDescriptor descriptor, Action<ScriptedNetwork.ScriptedBinding> answer) : INetwork
{
    public ModelDescriptor Descriptor { get; } = descriptor;
    public List<ScriptedBinding> Bindings { get; } = [];

    public Binding Bind(int batch, int height, int width)
    {
        var known = Bindings.Find(b => b.Height == height && b.Width == width);
        if (known is null) { Bindings.Add(known = new ScriptedBinding(batch, height, width, answer)); }
        return known;
    }

    public static ModelDescriptor LitePose(int side = 64, IReadOnlyList<string>? outputs = null) => new()
    {
        Name = "scripted",
        Kind = LitePoseFamily.Kind,
        Path = "",
        File = "",
        Sha256 = "",
        Input = new ModelInput
        {
            Width = side, Height = side, Layout = TensorLayout.Nchw, Colour = ColourOrder.Rgb, Resize = ResizeRule.ShortSide,
            Mean = [10, 20, 30], Std = [1, 2, 4],
        },
        Decode = new ModelDecode(),
        Outputs = outputs ?? [],
        Skeleton = "crowdpose14",
    };

    internal sealed class ScriptedBinding(int batch, int height, int width, Action<ScriptedBinding> answer) : Binding(batch, height, width, int32: false)
    {
        public List<OutputTensor> Tensors { get; } = [new OutputTensor("b_heat"), new OutputTensor("a_heat_and_tags")];
        public int Runs { get; private set; }
        public override IReadOnlyList<OutputTensor> Outputs => Tensors;

        public override void Run()
        {
            Runs++;
            answer(this);
        }

        /// <summary>Answers with <paramref name="outputs"/>, fine stage first.</summary>
        public void Give(SyntheticOutputs outputs)
        {
            var (j, w, h) = (outputs.Joints, outputs.Width, outputs.Height);
            outputs.Fine.CopyTo(Tensors[0].ResizeFloats([1, j, 2 * h, 2 * w]));
            outputs.Coarse.CopyTo(Tensors[1].ResizeFloats([1, 2 * j, h, w]));
        }
    }
}
