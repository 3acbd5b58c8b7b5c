using EdgePose.Domain;
using EdgePose.Streams;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>Chooses pictures out of folders and frames out of clips, spread evenly.</summary>
internal sealed class SampleFinder(TimeProvider time)
{
    private static readonly string[] Pictures = [".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".webp", ".tif", ".tiff"];

    /// <summary>At most <paramref name="count"/> samples, divided between the sources as evenly as they allow.</summary>
    /// <exception cref="UserError">A source does not exist, or holds nothing to look at.</exception>
    public async Task<IReadOnlyList<Sample>> FindAsync(IReadOnlyList<string> sources, int count, CancellationToken stop)
    {
        var found = new List<Sample>();
        for (var i = 0; i < sources.Count; i++)
        {
            // What a short source leaves over goes to those after it.
            var share = (count - found.Count + sources.Count - i - 1) / (sources.Count - i);
            if (share > 0) { found.AddRange(await OfAsync(sources[i], share, stop).ConfigureAwait(false)); }
        }
        return found;
    }

    /// <summary>Every k-th item such that <paramref name="count"/> remain, first and last ones half a step from the ends.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> items, int count) =>
        items.Count <= count ? items : [.. Enumerable.Range(0, count).Select(i => items[(int)((i + 0.5) * items.Count / count)])];

    private async Task<IReadOnlyList<Sample>> OfAsync(string source, int count, CancellationToken stop)
    {
        if (Directory.Exists(source))
        {
            Sample[] pictures = [.. Directory.EnumerateFiles(source).Where(IsPicture).Order(StringComparer.Ordinal).Select(f => new Sample(f))];
            return pictures.Length > 0 ? Spread(pictures, count)
                : throw new UserError(ExitCode.Source, $"{source} holds no pictures", $"pictures end in {string.Join(' ', Pictures)}; clips are named one by one");
        }
        if (!File.Exists(source)) { throw new UserError(ExitCode.Source, $"{source} does not exist", "give a folder of pictures or a clip"); }
        return IsPicture(source) ? [new Sample(source)] : await FramesAsync(source, count, stop).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Sample>> FramesAsync(string clip, int count, CancellationToken stop)
    {
        var source = new SourceSettings { Stream = "quantize", Url = Path.GetFullPath(clip) };
        var probed = await new SourceProbe(new FfmpegTools(), static t => t, time).ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
        if (probed.Format is not { } format) { throw new UserError(ExitCode.Source, $"{clip}: {probed.Reason}"); }
        if (format.Duration is not { } length)
        {
            throw new UserError(ExitCode.Source, $"{clip}: its length is not known, so frames cannot be spread over it", "ffmpeg -i CLIP -c copy clip.mkv writes one that knows");
        }
        var rate = format.FramesPerSecond > 0 ? format.FramesPerSecond : 25;
        // The last frame is shown for one interval; asking for a later time gives nothing.
        var frames = Math.Max(1, (int)(length.TotalSeconds * rate) - 1);
        return [.. Spread([.. Enumerable.Range(0, frames)], count).Select(i => new Sample(clip, TimeSpan.FromSeconds(i / rate)))];
    }

    private static bool IsPicture(string path) => Pictures.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
