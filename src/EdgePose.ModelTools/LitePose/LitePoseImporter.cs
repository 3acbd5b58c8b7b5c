using System.Globalization;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Pth;
using Google.Protobuf;

namespace EdgePose.ModelTools.LitePose;

/// <summary>How to convert a LitePose checkpoint.</summary>
public sealed record LitePoseImportOptions
{
    /// <summary>xs, s, m, l or a search-*.json that the checkpoint must agree with; null takes what the shapes say.</summary>
    public string? Architecture { get; init; }

    /// <summary>Joints that the checkpoint must have; null takes what the shapes say.</summary>
    public int? Joints { get; init; }

    /// <summary>The network takes uint8 RGB pictures [n,h,w,3] and normalises them itself.</summary>
    public bool FoldInput { get; init; }

    /// <summary>The network returns the strongest peaks of each joint with their tags instead of maps.</summary>
    public bool FoldPeaks { get; init; }
}

/// <summary>A converted model that nobody has written yet: the caller tries it first.</summary>
/// <param name="Onnx">The ONNX file's content; the same source and options always give the same bytes.</param>
/// <param name="SourceSha256">Of the checkpoint; empty for random weights.</param>
/// <param name="SourceParameters">Trainable parameters of the source, batch norms included.</param>
public sealed record LitePoseModel(
    ReadOnlyMemory<byte> Onnx, LitePoseArchitecture Architecture, string SourceSha256, long SourceParameters, int Nodes);

/// <summary>Converts the authors' LitePose checkpoints to ONNX (opset 13), without Python and without running any of their code.</summary>
public static class LitePoseImporter
{
    /// <summary>Peaks that a graph with folded peaks returns for each joint (MAX_NUM_PEOPLE of the original).</summary>
    public const int PeaksPerJoint = 30;

    /// <exception cref="ModelToolsException">Unreadable, unsafe, not LitePose, another architecture or other joints, or values that are not
    /// finite.</exception>
    public static LitePoseModel Convert(string path, LitePoseImportOptions? options = null)
    {
        options ??= new LitePoseImportOptions();
        var expected = options.Architecture is null ? null : SearchConfig.Resolve(options.Architecture);
        var state = StateDict.From(Checkpoint.Read(path), Path.GetFileName(path));
        var architecture = ShapeReader.Read(state);
        if (expected is not null && architecture.DifferencesFrom(expected) is { Count: > 0 } differences)
        {
            throw new ModelToolsException($"{state.File}: not the architecture '{options.Architecture}': {string.Join("; ", differences)}",
                architecture.Name == "custom" ? "leave --arch out to take what the file holds" : $"the shapes are those of '{architecture.Name}'");
        }
        if (options.Joints is { } joints && joints != architecture.Joints)
        {
            throw new ModelToolsException($"{state.File}: it has {architecture.Joints} joints, not {joints}",
                "14 joints are CrowdPose's, 17 are COCO's");
        }
        return Write(architecture, state, options, AtomicFile.Sha256(path));
    }

    /// <summary>The same graph with weights from a seed, for speed and plumbing: what it finds means nothing.</summary>
    public static LitePoseModel Random(LitePoseArchitecture architecture, int seed, LitePoseImportOptions? options = null) =>
        Write(architecture, RandomWeights.Create(architecture, seed), options ?? new LitePoseImportOptions(), "");

    /// <summary>The released architecture of that name, or the one of a search-*.json.</summary>
    /// <exception cref="ModelToolsException">There is none.</exception>
    public static LitePoseArchitecture Architecture(string nameOrPath) => SearchConfig.Resolve(nameOrPath);

    private static LitePoseModel Write(LitePoseArchitecture a, StateDict state, LitePoseImportOptions options, string sourceSha256)
    {
        var graph = new GraphBuilder(options.FoldPeaks ? "litepose_fast" : "litepose");
        if (!options.FoldPeaks)
        {
            graph.Reserve(Coarse);
            graph.Reserve(Fine);
        }
        var picture = options.FoldInput ? FoldedProcessing.Input(graph) : graph.Input("input", ElementType.Float, [-1, 3, -1, -1]);
        var (coarse, fine) = new LitePoseGraph(a, state, graph).Write(picture);
        state.RequireAllUsed();
        if (options.FoldPeaks) { FoldedProcessing.Peaks(graph, coarse, fine, a.Joints); }
        else
        {
            graph.Output(Coarse, coarse, ElementType.Float, [-1, 2 * a.Joints, -1, -1]);
            graph.Output(Fine, fine, ElementType.Float, [-1, a.Joints, -1, -1]);
        }
        var model = graph.Build("EdgePose", typeof(LitePoseImporter).Assembly.GetName().Version?.ToString(3) ?? "");
        Describe(model, a, state, sourceSha256);
        GraphChecker.Check(model, state.File);
        return new LitePoseModel(model.ToByteArray(), a, sourceSha256, state.Parameters, model.Graph.Node.Count);
    }

    /// <summary>Facts that the folded graph no longer shows, for <c>models info</c>.</summary>
    private static void Describe(ModelProto model, LitePoseArchitecture a, StateDict state, string sourceSha256)
    {
        Add("edgepose.architecture", $"litepose-{a.Name}");
        Add(ModelMetadata.Parameters, state.Parameters.ToString(CultureInfo.InvariantCulture));
        Add(ModelMetadata.Size, $"{a.ImageSize}x{a.ImageSize}");
        Add(sourceSha256.Length > 0 ? "edgepose.source_sha256" : "edgepose.weights", sourceSha256.Length > 0 ? sourceSha256 : "random");

        void Add(string key, string value) => model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private const string Coarse = "stage0_heatmaps_tags";
    private const string Fine = "stage1_heatmaps";
}
