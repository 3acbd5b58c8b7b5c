namespace EdgePose.Streams;

/// <summary>The two executables; names are looked up in PATH.</summary>
/// <param name="Ffmpeg">Reads the pictures.</param>
/// <param name="Ffprobe">Says what a source delivers.</param>
/// <param name="Generation">What this ffmpeg can do; null = not asked yet.</param>
internal sealed record FfmpegTools(string Ffmpeg = "ffmpeg", string Ffprobe = "ffprobe", FfmpegGeneration? Generation = null)
{
    private static readonly FfmpegTools Installed = new();
    private static FfmpegGeneration? _installed;

    /// <summary>
    /// The tools with their generation. The ffmpeg in PATH is asked once in the life of the process; a program that is given by its path counts as one
    /// of the newest generation that is known.
    /// </summary>
    public async ValueTask<FfmpegTools> KnownAsync(CancellationToken stop)
    {
        if (Generation is not null) { return this; }
        if (Ffmpeg != Installed.Ffmpeg) { return this with { Generation = FfmpegGeneration.Newest }; }
        if (Volatile.Read(ref _installed) is not { } known)
        {
            known = await FfmpegVersion.GenerationAsync(stop).ConfigureAwait(false);
            // An ffmpeg that is not there yet may be installed while the daemon runs.
            if (known is null) { return this with { Generation = FfmpegGeneration.Newest }; }
            Volatile.Write(ref _installed, known);
        }
        return this with { Generation = known };
    }
}
