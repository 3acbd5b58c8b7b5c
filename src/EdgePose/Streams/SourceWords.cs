using EdgePose.Settings;

namespace EdgePose.Streams;

internal enum SourceTransport { Tcp, Udp }

internal enum HardwareDecoder { Auto, None, Cuda, Vaapi, V4l2m2m, Drm }

internal enum SourcePace
{
    /// <summary>A recording plays at its own speed; frames may be dropped.</summary>
    Realtime,

    /// <summary>A recording is read as fast as it is processed and no frame is lost; capture times follow the recording.</summary>
    Max,
}

/// <summary>The words of the choices that a stream has.</summary>
internal static class SourceWords
{
    public static readonly Words<SourceTransport> Transports = new(("tcp", SourceTransport.Tcp), ("udp", SourceTransport.Udp));

    public static readonly Words<HardwareDecoder> Decoders = new(
        ("auto", HardwareDecoder.Auto), ("none", HardwareDecoder.None), ("cuda", HardwareDecoder.Cuda), ("vaapi", HardwareDecoder.Vaapi),
        ("v4l2m2m", HardwareDecoder.V4l2m2m), ("drm", HardwareDecoder.Drm));

    public static readonly Words<SourcePace> Paces = new(("realtime", SourcePace.Realtime), ("max", SourcePace.Max));
}
