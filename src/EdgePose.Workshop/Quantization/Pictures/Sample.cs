using System.Security.Cryptography;
using System.Text;
using EdgePose.Domain;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>A picture file, or one frame of a clip.</summary>
/// <param name="Path">The file.</param>
/// <param name="At">Place in the clip; null for a picture.</param>
internal sealed record Sample(string Path, TimeSpan? At = null)
{
    /// <summary>For messages: the file's name and, in a clip, the second.</summary>
    public string Name => System.IO.Path.GetFileName(Path) + (At is { } t ? FormattableString.Invariant($"@{t.TotalSeconds:0.00}s") : "");
}

/// <summary>A picture that was decoded once.</summary>
/// <param name="Sample">Where it is.</param>
/// <param name="Hash">Of its pixels, see <see cref="PixelHash"/>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Boxes">People's boxes in pixels of the picture, for top-down models.</param>
/// <param name="HasPerson">True when the float networks find somebody.</param>
internal sealed record SurveyedSample(Sample Sample, string Hash, int Width, int Height, IReadOnlyList<Detection> Boxes, bool HasPerson);

/// <summary>Identity of pictures by what they show, so that a copy under another name or in another lossless format is the same picture.</summary>
internal static class PixelHash
{
    /// <summary>Lower-case hexadecimal SHA-256 over width, height (32 bits each, little-endian) and the RGB24 rows.</summary>
    public static string Of(Frame frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(size, frame.Width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(size[4..], frame.Height);
        hash.AppendData(size);
        hash.AppendData(frame.Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of a set: SHA-256 over the sorted hashes, one a line, so that the order of the pictures does not matter.</summary>
    public static string OfSet(IEnumerable<string> hashes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes.Order(StringComparer.Ordinal).Select(h => h + "\n")))));
}
