using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

/// <summary>Synthetic response maps: Gaussian peaks (sigma 2) with a disc of their tag, as the grouping goldens describe them.</summary>
internal static class Scene
{
    /// <summary>A peak of joint J at (X, Y).</summary>
    public readonly record struct Spot(int J, double X, double Y, double Amplitude, float Tag, float MirroredTag = 0);

    public static ResponseMaps Build(int joints, int width, int height, bool mirrored, IEnumerable<Spot> spots)
    {
        var maps = new ResponseMaps(joints);
        maps.Resize(width, height, mirrored ? 2 : 1);
        maps.Heat.Clear();
        maps.Tags.Clear();
        maps.MirroredTags.Clear();
        foreach (var s in spots)
        {
            for (var y = Math.Max((int)s.Y - 8, 0); y <= Math.Min((int)s.Y + 8, height - 1); y++)
            {
                for (var x = Math.Max((int)s.X - 8, 0); x <= Math.Min((int)s.X + 8, width - 1); x++)
                {
                    var (d, at) = ((x - s.X) * (x - s.X) + (y - s.Y) * (y - s.Y), (s.J * height + y) * width + x);
                    if (d <= 36) { maps.Heat[at] = Math.Max(maps.Heat[at], (float)(s.Amplitude * Math.Exp(-d / 8))); }
                    if (d > 16) { continue; }
                    maps.Tags[at] = s.Tag;
                    if (mirrored) { maps.MirroredTags[at] = s.MirroredTag; }
                }
            }
        }
        return maps;
    }
}
