using System.Diagnostics;

namespace EdgePose.Streams;

/// <summary>Which hardware decoder is worth a try. A decoder that failed once is not tried again in the life of the stream.</summary>
internal sealed class HardwareChoice(HardwareDecoder wanted, Func<string, bool> exists)
{
    private static readonly (string Device, HardwareDecoder Decoder)[] Devices =
    [
        ("/dev/nvidiactl", HardwareDecoder.Cuda),
        ("/dev/dri/renderD128", HardwareDecoder.Vaapi),
        ("/dev/dri/renderD129", HardwareDecoder.Vaapi),
    ];

    private readonly List<HardwareDecoder> _refused = [];

    /// <summary>Why hardware is not used although it was wanted or is there; empty otherwise.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The decoder to start with now; <see cref="HardwareDecoder.None"/> for software.</summary>
    public HardwareDecoder For(string codec)
    {
        if (wanted == HardwareDecoder.None || codec is "rawvideo") { return HardwareDecoder.None; }
        if (wanted != HardwareDecoder.Auto)
        {
            if (wanted == HardwareDecoder.V4l2m2m && V4l2m2mDecoder(codec) is null)
            {
                Problem = $"v4l2m2m cannot decode {codec}, decoding in software";
                return HardwareDecoder.None;
            }
            return _refused.Contains(wanted) ? HardwareDecoder.None : wanted;
        }
        foreach (var (device, decoder) in Devices)
        {
            if (!_refused.Contains(decoder) && exists(device)) { return decoder; }
        }
        return HardwareDecoder.None;
    }

    /// <summary>Notes that <paramref name="decoder"/> does not work here.</summary>
    public void Refuse(HardwareDecoder decoder, string why)
    {
        if (!_refused.Contains(decoder)) { _refused.Add(decoder); }
        Problem = $"{Name(decoder)} decoding does not work here ({why}), decoding in software";
    }

    public static string Name(HardwareDecoder decoder) => decoder switch
    {
        HardwareDecoder.Cuda => "cuda",
        HardwareDecoder.Vaapi => "vaapi",
        HardwareDecoder.V4l2m2m => "v4l2m2m",
        HardwareDecoder.Drm => "drm",
        HardwareDecoder.Auto or HardwareDecoder.None => "software",
        _ => throw new UnreachableException($"decoder {decoder}"),
    };

    /// <summary>ffmpeg's V4L2 memory-to-memory decoder of a codec, or null when there is none.</summary>
    public static string? V4l2m2mDecoder(string codec) => codec switch
    {
        "h264" or "hevc" or "vp8" or "vp9" or "mpeg4" or "h263" => codec + "_v4l2m2m",
        "mpeg2video" => "mpeg2_v4l2m2m",
        _ => null,
    };
}
