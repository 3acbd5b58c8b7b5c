using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

/// <summary>With files in place of device nodes: the names and links are udev's.</summary>
public sealed class V4l2DeviceTests : IDisposable
{
    private const string Camera = "usb-046d_HD_Pro_Webcam_C920_1A2B3C4F-video-index0";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-v4l-").FullName;
    private readonly V4l2Device _device;

    public V4l2DeviceTests() => _device = new V4l2Device(_folder);

    /// <summary>The link leads to <paramref name="target"/>, which must exist.</summary>
    private void Plug(string target)
    {
        File.Delete(Path.Combine(_folder, Camera));
        File.CreateSymbolicLink(Path.Combine(_folder, Camera), target);
    }

    private static SourceSettings Source(string url) => new() { Stream = "usb", Url = url };

    [Fact]
    public void CameraUnderAnotherNumber_IsFoundByItsName()
    {
        // /dev/null and /dev/zero stand for two device nodes: only they exist everywhere.
        Plug("/dev/null");
        Assert.Equal(Path.Combine(_folder, Camera), _device.LinkOf("/dev/null"));
        Assert.Null(_device.LinkOf("/dev/zero"));
        Plug("/dev/zero");
        Assert.Equal(Path.Combine(_folder, Camera), _device.LinkOf("/dev/zero"));
    }

    [Fact]
    public void Current_CameraThatWorked_IsOpenedUnderItsNewNumber()
    {
        File.WriteAllText(Path.Combine(_folder, Camera), "");
        string? node = "/dev/video0";
        var device = new V4l2Device(_folder, _ => node);
        var source = Source("/dev/video0");
        node = "/dev/video2";
        Assert.Equal("/dev/video0", device.Current(source).Url); // nobody knows yet which camera was meant
        node = "/dev/video0";
        device.Remember(source);
        node = null;
        Assert.Equal("/dev/video0", device.Current(source).Url); // unplugged: not found, as it must be
        node = "/dev/video2";
        Assert.Equal("/dev/video2", device.Current(source).Url);
    }

    [Fact]
    public void LinkOf_WithoutUdevOrWithBrokenLinks_IsNull()
    {
        Plug("/dev/gone");
        Assert.Null(_device.LinkOf("/dev/gone"));
        Assert.Null(new V4l2Device(Path.Combine(_folder, "none")).LinkOf("/dev/null"));
    }

    [Fact]
    public void MetadataNode_LeadsToTheNodeOfItsCameraThatGivesPictures()
    {
        var classes = Directory.CreateDirectory(Path.Combine(_folder, "class")).FullName;
        void Node(string name, string camera, string index)
        {
            var node = Directory.CreateDirectory(Path.Combine(classes, name)).FullName;
            Directory.CreateSymbolicLink(Path.Combine(node, "device"), Directory.CreateDirectory(Path.Combine(_folder, camera)).FullName);
            File.WriteAllText(Path.Combine(node, "index"), index + "\n");
        }
        Node("video0", "other", "0");
        Node("video4", "camera", "0");
        Node("video5", "camera", "1");
        Node("video6", "camera", "2");
        var device = new V4l2Device(_folder, classes: classes);
        Assert.Equal("/dev/video4", device.CaptureNodeOf("/dev/video5"));
        Assert.Equal("/dev/video4", device.CaptureNodeOf("/dev/video6"));
        Assert.Equal("/dev/video70", device.CaptureNodeOf("/dev/video71")); // the kernel does not tell: where drivers put it
        Assert.Null(device.CaptureNodeOf("/dev/video0"));
    }

    [Fact]
    public void NetworkSources_AreLeftAlone()
    {
        var source = Source("rtsp://cam/x");
        _device.Remember(source);
        Assert.Same(source, _device.Current(source));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
