using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;

namespace EdgePose.Workshop.Replay;

/// <summary>Recordings of key-points as the source of a replay.</summary>
internal static class RecordingSource
{
    private const string Extension = ".poses";

    /// <summary>The recordings that the user named, folders opened; empty when they named a clip.</summary>
    /// <exception cref="UserError">Something does not exist, or clips and recordings are mixed.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> sources)
    {
        var files = new List<string>();
        foreach (var source in sources)
        {
            if (Directory.Exists(source))
            {
                var found = Directory.GetFiles(source, "*" + Extension).Order(StringComparer.Ordinal).ToList();
                if (found.Count == 0) { throw new UserError(ExitCode.Source, $"{source}: no recording in this folder", "recordings lie in record.folder, one folder a stream"); }
                files.AddRange(found);
            }
            else if (!File.Exists(source)) { throw new UserError(ExitCode.Source, $"{source} does not exist"); }
            else if (source.EndsWith(Extension, StringComparison.Ordinal)) { files.Add(source); }
        }
        if (files.Count == 0 && sources.Count == 1) { return []; }
        return files.Count >= sources.Count ? files : throw new UserError(ExitCode.Usage, "one clip, or recordings (.poses) only, can be replayed at a time");
    }

    /// <summary>Plays the files one after the other.</summary>
    /// <returns>Blocks that are missing or damaged.</returns>
    public static async Task<long> PlayAsync(IReadOnlyList<string> files, ReplaySession session, ReplayPace pace, CancellationToken stop)
    {
        var (missing, last, next) = (0L, "", 0L);
        foreach (var file in files)
        {
            var reader = RecordingReader.Open(file);
            // Between the parts of a session, too, blocks may have been dropped.
            if (reader.Header.Session == last && reader.Header.FirstBlock > next) { missing += Math.Min(reader.Header.FirstBlock - next, BlockFormat.MostMissing); }
            session.Begin(reader.Header);
            var scene = new Scene(reader.Skeleton);
            while (reader.TryRead(scene, out var kind))
            {
                stop.ThrowIfCancellationRequested();
                await pace.WaitAsync(reader.Time.Microseconds, stop).ConfigureAwait(false);
                switch (kind)
                {
                    case RecordKind.Scene: session.Add(scene); break;
                    case RecordKind.Lost: session.AddLost(reader.Time, reader.Reason); break;
                    case RecordKind.Stopped: session.AddStopped(reader.Time); break;
                    default: throw new UnreachableException($"record of kind {kind}");
                }
            }
            missing += reader.MissingBlocks + (reader.IsTorn ? 1 : 0);
            (last, next) = (reader.Header.Session, reader.NextBlock);
        }
        return missing;
    }
}
