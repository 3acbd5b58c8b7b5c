namespace EdgePose.ModelTools.LitePose;

/// <summary>One stage of the backbone: its blocks all have <paramref name="Channels"/> outputs; only the first has the stage's stride.</summary>
/// <param name="Blocks">Number of inverted bottlenecks.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Stride">Stride of the first block, 1 or 2.</param>
public sealed record LitePoseStage(int Blocks, int Channels, int Stride);

/// <summary>
/// The numbers that make a LitePose network (mit-han-lab/litepose:lib/models/pose_mobilenet.py and mobile_configs/). Every block expands its
/// input six times and has a 7x7 depth-wise kernel, as in all released configurations.
/// </summary>
public sealed record LitePoseArchitecture
{
    /// <summary>First channels of the stem, fixed by the authors.</summary>
    public const int StemChannels = 32;
    public const int Expansion = 6;
    public const int BlockKernel = 7;
    public const int HeadKernel = 5;
    public const int DeconvKernel = 4;

    /// <summary>Short name such as "m"; "custom" when none of the released ones fits.</summary>
    public string Name { get; init; } = "custom";

    /// <summary>Side of the square that the authors trained on.</summary>
    public int ImageSize { get; init; } = 448;

    /// <summary>Output channels of the stem.</summary>
    public required int InputChannels { get; init; }
    public required IReadOnlyList<LitePoseStage> Stages { get; init; }

    /// <summary>Output channels of the three fusion steps.</summary>
    public required IReadOnlyList<int> Deconv { get; init; }
    public int Joints { get; init; } = 14;

    public static LitePoseArchitecture Xs { get; } = Released("xs", 256, 16, [16, 32, 48, 80], [16, 24, 24]);
    public static LitePoseArchitecture S { get; } = Released("s", 448, 16, [16, 32, 48, 120], [32, 24, 32]);
    public static LitePoseArchitecture M { get; } = Released("m", 448, 16, [24, 48, 72, 120], [64, 40, 32]);
    public static LitePoseArchitecture L { get; } = Released("l", 512, 24, [24, 64, 96, 160], [64, 40, 32]);

    /// <summary>The released configurations, small to large.</summary>
    public static IReadOnlyList<LitePoseArchitecture> All { get; } = [Xs, S, M, L];

    /// <summary>Channels between the expansion and the projection of a block with <paramref name="input"/> input channels: a multiple of 8, never
    /// a tenth below six times the input.</summary>
    public static int Expanded(int input)
    {
        var wanted = Expansion * input;
        var rounded = Math.Max(8, (wanted + 4) / 8 * 8);
        return rounded < 0.9 * wanted ? rounded + 8 : rounded;
    }

    /// <summary>What distinguishes the two, as sentences; names, image sizes and joints are not compared.</summary>
    public IReadOnlyList<string> DifferencesFrom(LitePoseArchitecture other)
    {
        var differences = new List<string>();
        Compare("stem channels", $"{InputChannels}", $"{other.InputChannels}");
        Compare("deconvolution channels", string.Join(',', Deconv), string.Join(',', other.Deconv));
        Compare("number of stages", $"{Stages.Count}", $"{other.Stages.Count}");
        for (var s = 0; s < Math.Min(Stages.Count, other.Stages.Count); s++)
        {
            Compare($"blocks of stage {s + 1}", $"{Stages[s].Blocks}", $"{other.Stages[s].Blocks}");
            Compare($"channels of stage {s + 1}", $"{Stages[s].Channels}", $"{other.Stages[s].Channels}");
            Compare($"stride of stage {s + 1}", $"{Stages[s].Stride}", $"{other.Stages[s].Stride}");
        }
        return differences;

        void Compare(string what, string mine, string theirs)
        {
            if (mine != theirs) { differences.Add($"{what}: {mine} in the file, {theirs} expected"); }
        }
    }

    /// <summary>This architecture with the name and image size of the released one that it equals, if it equals one.</summary>
    internal LitePoseArchitecture Named()
    {
        var same = All.FirstOrDefault(a => DifferencesFrom(a).Count == 0);
        return same is null ? this : this with { Name = same.Name, ImageSize = same.ImageSize };
    }

    private static LitePoseArchitecture Released(string name, int size, int stem, int[] channels, int[] deconv)
    {
        int[] blocks = [6, 8, 10, 10];
        return new LitePoseArchitecture
        {
            Name = name, ImageSize = size, InputChannels = stem, Deconv = deconv,
            Stages = [.. channels.Select((c, s) => new LitePoseStage(blocks[s], c, s < 3 ? 2 : 1))],
        };
    }
}
