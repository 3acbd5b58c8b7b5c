using EdgePose.Domain;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Runtime;
using EdgePose.Networks;

namespace EdgePose.Tests.Networks.TopDown;

/// <summary>A network whose outputs a test writes; it counts its runs.</summary>
internal sealed class ScriptedNetwork(ModelDescriptor descriptor, int outputs, Action<ScriptedNetwork.Buffers> script) : INetwork
{
    private readonly List<Buffers> _bound = [];

    public ModelDescriptor Descriptor => descriptor;
    public int Runs { get; private set; }

    public Binding Bind(int batch, int height, int width)
    {
        if (batch != 1) { throw new InvalidOperationException("batches of one are expected"); }
        foreach (var bound in _bound)
        {
            if (bound.Height == height && bound.Width == width) { return bound; }
        }
        _bound.Add(new Buffers(this, outputs, height, width));
        return _bound[^1];
    }

    /// <summary>Outputs are named out0, out1, ...</summary>
    internal sealed class Buffers(ScriptedNetwork owner, int outputs, int height, int width)
        : Binding(1, height, width, owner.Descriptor.Input.Int32)
    {
        private readonly OutputTensor[] _outputs = [.. Enumerable.Range(0, outputs).Select(i => new OutputTensor($"out{i}"))];

        public override IReadOnlyList<OutputTensor> Outputs => _outputs;

        public override void Run()
        {
            owner.Runs++;
            owner.Script(this);
        }

        public Span<float> Floats(int output, params long[] shape)
        {
            var values = _outputs[output].ResizeFloats(shape);
            values.Clear();
            return values;
        }

        public Span<long> Integers(int output, params long[] shape) => _outputs[output].ResizeIntegers(shape);
    }

    private void Script(Buffers buffers) => script(buffers);

    /// <summary>A descriptor with the family's usual layout; tests change what matters to them.</summary>
    public static ModelDescriptor Describe(ModelKind kind, int width, int height, ModelDecode? decode = null, params string[] outputs) => new()
    {
        Name = "scripted", Kind = kind, Path = "", File = "scripted.onnx", Sha256 = "", Outputs = outputs, Decode = decode ?? new ModelDecode(),
        Input = new ModelInput
        {
            Width = width, Height = height, Layout = TensorLayout.Nchw, Colour = ColourOrder.Rgb, PadValue = 114,
            Resize = kind.Task == ModelTask.Detect ? ModelFamilies.Of(kind).Input.Resize : ResizeRule.Crop,
            Int32 = kind == MoveNetFamily.Kind,
        },
    };

    /// <summary>17 joints, all of them body joints, with COCO's sigmas.</summary>
    public static readonly Skeleton Coco = new()
    {
        Name = "coco17", Joints = [.. Enumerable.Range(0, 17).Select(i => $"joint{i}")], Links = [], BodyJoints = 17,
        Flip = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
        Sigmas = [.026f, .025f, .025f, .035f, .035f, .079f, .079f, .072f, .072f, .062f, .062f, .107f, .107f, .087f, .087f, .089f, .089f],
    };
}
