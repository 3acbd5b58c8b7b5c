using System.Numerics;

namespace EdgePose.Networks.Preprocessing;

/// <summary>The three inner loops of pre-processing, over one row of the network's input.</summary>
internal static class PixelRows
{
    /// <summary>Weighted sums of the two columns of each target pixel. <paramref name="plane"/> is the distance between channels in the target, <paramref name="pixel"/> that between pixels.</summary>
    /// <param name="row">RGB24 source row.</param>
    /// <param name="columns">Where to sample.</param>
    /// <param name="channelOf">For each of the three source bytes the network channel that it feeds.</param>
    /// <param name="target">Row of sums.</param>
    /// <param name="plane">Distance between channels.</param>
    /// <param name="pixel">Distance between pixels.</param>
    public static void Sample(
        ReadOnlySpan<byte> row, SamplingAxis columns, ReadOnlySpan<int> channelOf, Span<int> target, int plane, int pixel)
    {
        var length = columns.Length;
        var first = columns.First.AsSpan(0, length);
        var second = columns.Second.AsSpan(0, length);
        var firstWeight = columns.FirstWeight.AsSpan(0, length);
        var secondWeight = columns.SecondWeight.AsSpan(0, length);
        var t0 = target[(channelOf[0] * plane)..];
        var t1 = target[(channelOf[1] * plane)..];
        var t2 = target[(channelOf[2] * plane)..];
        for (int x = 0, t = 0; x < length; x++, t += pixel)
        {
            var a = row.Slice(first[x] * 3, 3);
            var b = row.Slice(second[x] * 3, 3);
            var (wa, wb) = (firstWeight[x], secondWeight[x]);
            t0[t] = a[0] * wa + b[0] * wb;
            t1[t] = a[1] * wa + b[1] * wb;
            t2[t] = a[2] * wa + b[2] * wb;
        }
    }

    /// <summary>The row as it is, for a frame that already has the content's size.</summary>
    public static void Copy(ReadOnlySpan<byte> row, ReadOnlySpan<int> channelOf, Span<int> target, int plane, int pixel)
    {
        var t0 = target[(channelOf[0] * plane)..];
        var t1 = target[(channelOf[1] * plane)..];
        var t2 = target[(channelOf[2] * plane)..];
        for (int x = 0, t = 0; x + 2 < row.Length; x += 3, t += pixel)
        {
            t0[t] = row[x];
            t1[t] = row[x + 1];
            t2[t] = row[x + 2];
        }
    }

    /// <summary>Rows sampled with 11-bit weights to pixel values; the shifts are those of opencv/opencv:modules/imgproc/src/resize.cpp.</summary>
    public static void BlendResize(ReadOnlySpan<int> near, ReadOnlySpan<int> far, int nearWeight, int farWeight, Span<int> target)
    {
        near = near[..target.Length];
        far = far[..target.Length];
        var i = 0;
        for (; i <= target.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var n = ((new Vector<int>(near[i..]) >> 4) * nearWeight) >> 16;
            var f = ((new Vector<int>(far[i..]) >> 4) * farWeight) >> 16;
            ((n + f + new Vector<int>(2)) >> 2).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++)
        {
            target[i] = ((((near[i] >> 4) * nearWeight) >> 16) + (((far[i] >> 4) * farWeight) >> 16) + 2) >> 2;
        }
    }

    /// <summary>
    /// Rows sampled with 5-bit weights to pixel values. OpenCV sums four products with weights of 32768 and rounds at bit 14; the
    /// column and row weights here are those divided by 32, so the same rounding is at bit 9.
    /// </summary>
    public static void BlendWarp(ReadOnlySpan<int> near, ReadOnlySpan<int> far, int nearWeight, int farWeight, Span<int> target)
    {
        near = near[..target.Length];
        far = far[..target.Length];
        var i = 0;
        for (; i <= target.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var sum = new Vector<int>(near[i..]) * nearWeight + new Vector<int>(far[i..]) * farWeight;
            ((sum + new Vector<int>(512)) >> 10).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++) { target[i] = (near[i] * nearWeight + far[i] * farWeight + 512) >> 10; }
    }

    /// <summary>(x - mean) / std value by value: subtraction and division as in <see cref="ChannelTable"/>, so the results are equal to its bits.</summary>
    public static void Normalise(ReadOnlySpan<int> pixels, ReadOnlySpan<float> mean, ReadOnlySpan<float> std, Span<float> target)
    {
        mean = mean[..pixels.Length];
        std = std[..pixels.Length];
        target = target[..pixels.Length];
        var i = 0;
        for (; i <= pixels.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var values = Vector.ConvertToSingle(new Vector<int>(pixels[i..]));
            ((values - new Vector<float>(mean[i..])) / new Vector<float>(std[i..])).CopyTo(target[i..]);
        }
        for (; i < pixels.Length; i++) { target[i] = (pixels[i] - mean[i]) / std[i]; }
    }
}
