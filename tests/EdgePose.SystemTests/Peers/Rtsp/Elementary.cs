namespace EdgePose.SystemTests.Peers.Rtsp;

/// <summary>A H.264 or H.265 elementary stream (Annex B) taken apart into pictures of NAL units, for sending by <see cref="RtpSender"/>.</summary>
internal sealed class Elementary
{
    private Elementary(bool hevc, IReadOnlyList<byte[][]> pictures) => (IsHevc, Pictures) = (hevc, pictures);

    public bool IsHevc { get; }

    /// <summary>The NAL units of each picture, parameter sets with the picture that follows them.</summary>
    public IReadOnlyList<byte[][]> Pictures { get; }

    /// <summary>The lines of an SDP that describe it, with the parameter sets that it begins with.</summary>
    public string Description
    {
        get
        {
            string Set(int type) => Convert.ToBase64String(Pictures[0].First(n => Type(n) == type));
            return IsHevc
                ? $"a=rtpmap:96 H265/90000\r\na=fmtp:96 sprop-vps={Set(32)};sprop-sps={Set(33)};sprop-pps={Set(34)}\r\n"
                : $"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets={Set(7)},{Set(8)}\r\n";
        }
    }

    public static Elementary Load(string path, bool hevc = false)
    {
        var bytes = File.ReadAllBytes(path);
        var loaded = new Elementary(hevc, []);
        var (pictures, picture, hasSlice) = (new List<byte[][]>(), new List<byte[]>(), false);
        foreach (var nal in Split(bytes))
        {
            var slice = loaded.IsSlice(nal);
            // first_mb_in_slice = 0 is the bit 1; first_slice_segment_in_pic_flag is a bit.
            if (hasSlice && (!slice || (nal[hevc ? 2 : 1] & 0x80) != 0))
            {
                pictures.Add([.. picture]);
                picture.Clear();
                hasSlice = false;
            }
            picture.Add(nal);
            hasSlice |= slice;
        }
        pictures.Add([.. picture]);
        return new Elementary(hevc, pictures);
    }

    private static IEnumerable<byte[]> Split(byte[] bytes)
    {
        var start = -1;
        for (var i = 0; i + 2 < bytes.Length; i++)
        {
            if (bytes[i] != 0 || bytes[i + 1] != 0 || bytes[i + 2] != 1) { continue; }
            if (start >= 0) { yield return bytes.AsSpan(start, i - start).TrimEnd((byte)0).ToArray(); }
            start = i + 3;
            i += 2;
        }
        if (start >= 0) { yield return bytes[start..]; }
    }

    private bool IsSlice(byte[] nal) => IsHevc ? Type(nal) < 32 : Type(nal) is >= 1 and <= 5;

    private int Type(byte[] nal) => IsHevc ? (nal[0] >> 1) & 63 : nal[0] & 31;
}
