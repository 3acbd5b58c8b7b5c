using System.Globalization;

namespace EdgePose.Streams;

/// <summary>
/// Finds a USB camera again that comes back under another number. udev keeps a link with the camera's name and serial number for each device
/// node; the link of a camera that worked is remembered, and the node that it leads to is opened as long as it exists.
/// </summary>
/// <param name="links">Folder of udev's links.</param>
/// <param name="target">Where a link leads, null when there is nothing; null = asks the file system.</param>
/// <param name="classes">Folder in which the kernel describes its video devices.</param>
internal sealed class V4l2Device(string links = "/dev/v4l/by-id", Func<string, string?>? target = null, string classes = "/sys/class/video4linux")
{
    private readonly Func<string, string?> _target = target ?? ReadTarget;
    private string? _link;

    /// <summary>The options to open the device with now.</summary>
    public SourceSettings Current(SourceSettings source) =>
        source.Kind == SourceKind.V4l2 && _link is not null && _target(_link) is { } node ? source with { Url = node } : source;

    /// <summary>Notes which camera is behind the device that has just delivered a frame.</summary>
    public void Remember(SourceSettings source)
    {
        if (source.Kind == SourceKind.V4l2) { _link ??= LinkOf(source.Url); }
    }

    /// <summary>The lasting name of a device node such as <c>/dev/video0</c>; null when udev has made none.</summary>
    public string? LinkOf(string device)
    {
        if (!Directory.Exists(links)) { return null; }
        // A camera may have several nodes, of which index0 delivers pictures: their links differ, and each names its own node.
        return Directory.EnumerateFileSystemEntries(links).Order(StringComparer.Ordinal).FirstOrDefault(link => _target(link) == Path.GetFullPath(device));
    }

    /// <summary>
    /// The node of the same camera that gives pictures: the first one that the driver has made for it. Where the kernel does not tell, the node
    /// before this one, which is where drivers put it; null when there can be none.
    /// </summary>
    public string? CaptureNodeOf(string device)
    {
        var name = Path.GetFileName(_target(device) ?? device);
        if (CameraOf(name) is { } camera)
        {
            foreach (var node in Directory.EnumerateFileSystemEntries(classes).Order(StringComparer.Ordinal).Select(static path => Path.GetFileName(path)))
            {
                if (node != name && CameraOf(node) == camera && IndexOf(node) == 0) { return "/dev/" + node; }
            }
        }
        return name.StartsWith("video", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? string.Create(CultureInfo.InvariantCulture, $"/dev/video{number - 1}") : null;
    }

    private string? CameraOf(string node)
    {
        try { return Directory.ResolveLinkTarget(Path.Combine(classes, node, "device"), returnFinalTarget: true)?.FullName; }
        catch (IOException)
        {
            return null; // no such node, or unplugged just now
        }
    }

    private int IndexOf(string node)
    {
        try { return int.TryParse(File.ReadAllText(Path.Combine(classes, node, "index")).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1; }
        catch (IOException)
        {
            return -1; // unplugged just now
        }
    }

    private static string? ReadTarget(string link)
    {
        try
        {
            var target = File.ResolveLinkTarget(link, returnFinalTarget: true);
            return target is { Exists: true } ? target.FullName : null;
        }
        catch (IOException)
        {
            return null; // unplugged just now
        }
    }
}
