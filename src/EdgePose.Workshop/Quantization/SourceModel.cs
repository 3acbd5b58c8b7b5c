using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Networks;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization;

/// <summary>The float model, and what its quantized model will be called.</summary>
/// <param name="Model">Descriptor with the input size that is asked for.</param>
/// <param name="Content">The verified bytes of the file.</param>
/// <param name="Sha256">Of <paramref name="Content"/>.</param>
/// <param name="StaticSize">True when the network takes inputs of the descriptor's size only.</param>
internal sealed record SourceModel(ModelDescriptor Model, byte[] Content, string Sha256, bool StaticSize)
{
    /// <summary>To a bottom-up network almost every picture is a new size, with some MiB of buffers each.</summary>
    private const int KeptSizes = 4;

    public int Joints => Model.Skeleton.Length > 0 ? Skeletons.Get(Model.Skeleton).Count : 0;

    /// <summary>Finds and reads the model of a request.</summary>
    /// <exception cref="UserError">Unknown, damaged, quantized already, or of a size that it cannot have.</exception>
    public static SourceModel Open(QuantizeRequest request)
    {
        var model = Find(request);
        if (model.Quantization is { } card) { throw new UserError(ExitCode.Usage, $"{model.Name} is quantized already, from {card.Source}", $"edgepose quantize {card.Source}"); }
        var qnn = request.Settings.Target == QuantizationTarget.Qnn;
        if (request.Size is { } size) { model = model with { Input = model.Input with { Width = size.Width, Height = size.Height } }; }
        CheckSize(model, isStatic: qnn || request.Size is not null);
        var content = ModelFile.ReadVerified(model);
        return new SourceModel(model, content, ModelFile.ExpectedSha256(model), qnn || (request.Size is not null && model.Task == ModelTask.BottomUp));
    }

    /// <summary>Opens a network with this model's interface on the CPU.</summary>
    public OrtSession Session(byte[] content, int threads = 0, string provider = "cpu")
    {
        var session = NetworkFactory.Open(Model, content, new InferenceSettings { Providers = [provider], RequireProvider = provider, Threads = threads });
        session.MostBindings = KeptSizes;
        return session;
    }

    /// <summary>The shape that the target's static graph gets; null where the graph stays as it is.</summary>
    public IReadOnlyList<long>? InputShape => !StaticSize ? null
        : Model.Input.Layout == TensorLayout.Nhwc ? [1, Model.Input.Height, Model.Input.Width, 3] : [1, 3, Model.Input.Height, Model.Input.Width];

    private static ModelDescriptor Find(QuantizeRequest request)
    {
        var isFile = request.Model.Contains('/', StringComparison.Ordinal) || request.Model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
        if (!isFile)
        {
            using var named = ModelStore.Load(request.Folders, new InferenceSettings());
            return named.Catalog.Get(request.Model);
        }
        var path = Path.GetFullPath(request.Model);
        if (!File.Exists(path)) { throw new UserError(ExitCode.Model, $"{request.Model} does not exist"); }
        using var store = ModelStore.Load([Path.GetDirectoryName(path)!, .. request.Folders], new InferenceSettings());
        return store.Catalog.Models.FirstOrDefault(m => m.Path == path) ?? throw new UserError(
            ExitCode.Model, $"{request.Model} has no descriptor, so nobody knows how pictures become its input", $"edgepose models import {request.Model} --as onnx");
    }

    private static void CheckSize(ModelDescriptor model, bool isStatic)
    {
        var (w, h) = (model.Input.Width, model.Input.Height);
        if (!isStatic || model.Task != ModelTask.BottomUp) { return; }
        if (w % 64 != 0 || h % 64 != 0 || w < h)
        {
            throw new UserError(ExitCode.Usage, $"--size {w}x{h}: a bottom-up model takes multiples of 64, the width not below the height",
                "448 high and as wide as the camera's picture: 832x448 for 16:9, 640x448 for 4:3");
        }
    }
}
