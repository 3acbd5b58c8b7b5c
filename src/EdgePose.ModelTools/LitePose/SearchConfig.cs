using System.Text.Json;

namespace EdgePose.ModelTools.LitePose;

/// <summary>Reads the authors' architecture files (mit-han-lab/litepose:mobile_configs/search-*.json).</summary>
internal static class SearchConfig
{
    private const long Limit = 1L << 20;
    private const int MostChannels = 4096;
    private const int MostBlocks = 64;

    /// <summary>The architecture called xs, s, m or l, or the one of a JSON file.</summary>
    /// <exception cref="ModelToolsException">Unknown name, unreadable file, or numbers that make no network.</exception>
    public static LitePoseArchitecture Resolve(string nameOrPath)
    {
        var released = LitePoseArchitecture.All.FirstOrDefault(a => string.Equals(a.Name, nameOrPath, StringComparison.OrdinalIgnoreCase));
        if (released is not null) { return released; }
        if (!nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelToolsException($"'{nameOrPath}' is not a LitePose architecture", "use xs, s, m, l or the path of a search-*.json");
        }
        return Read(nameOrPath);
    }

    private static LitePoseArchitecture Read(string path)
    {
        var file = Path.GetFileName(path);
        try
        {
            using var stream = AtomicFile.Open(path, Limit);
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            return new LitePoseArchitecture
            {
                ImageSize = Number(root, "img_size", 64, 4096, file),
                InputChannels = Number(root, "input_channel", 1, MostChannels, file),
                Deconv = [.. root.GetProperty("deconv_setting").EnumerateArray().Select(v => v.GetInt32())],
                Stages = [.. root.GetProperty("backbone_setting").EnumerateArray().Select(s => Stage(s, file))],
            }.Named();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelToolsException($"{file}: not a LitePose architecture file: {e.Message}",
                "it needs img_size, input_channel, deconv_setting and backbone_setting", e);
        }
    }

    private static LitePoseStage Stage(JsonElement stage, string file)
    {
        var blocks = Number(stage, "num_blocks", 1, MostBlocks, file);
        foreach (var block in stage.GetProperty("block_setting").EnumerateArray())
        {
            var (expansion, kernel) = (block[0].GetInt32(), block[1].GetInt32());
            if (expansion != LitePoseArchitecture.Expansion || kernel != LitePoseArchitecture.BlockKernel)
            {
                throw new ModelToolsException($"{file}: a block with expansion {expansion} and kernel {kernel} is not supported",
                    "all released LitePose networks have expansion 6 and kernel 7");
            }
        }
        return new LitePoseStage(blocks, Number(stage, "channel", 1, MostChannels, file), Number(stage, "stride", 1, 2, file));
    }

    private static int Number(JsonElement parent, string name, int min, int max, string file)
    {
        var value = parent.GetProperty(name).GetInt32();
        return value >= min && value <= max ? value
            : throw new ModelToolsException($"{file}: {name} is {value}, between {min} and {max} is possible");
    }
}
