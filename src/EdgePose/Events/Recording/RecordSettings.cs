using EdgePose.Settings;

namespace EdgePose.Events.Recording;

/// <summary>The section <c>record</c>.</summary>
/// <param name="Folder">Absolute; empty = nothing is recorded.</param>
/// <param name="MaxSize">Bytes per stream.</param>
internal sealed record RecordSettings(string Folder, long MaxSize)
{
    public static readonly Doc About = """
        Recording of key-points, without pictures, for edgepose replay: 10 to 20 kilobytes a minute and person at 5 frames a second.
        Key-points are personal data; the files are readable by their owner only.
        """;

    public static RecordSettings Read(Section s)
    {
        var settings = new RecordSettings(
            s.File("folder", new Doc("Where recordings go, one folder per stream.")
            {
                Remark = "nothing is recorded", Example = "recordings",
            }, written: true),
            s.Size("max_size", "64MiB", 1 << 20, 1L << 40, "Size of the recordings of a stream, in KiB, MiB or GiB; the oldest make room."));
        s.Done();
        return settings;
    }

    /// <summary>The recorder of one stream.</summary>
    public RecorderOptions Of(string stream) => new() { Folder = Path.Combine(Folder, stream), MaxBytes = MaxSize };
}
