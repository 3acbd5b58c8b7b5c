using System.Numerics;
using EdgePose.Events;
using EdgePose.Events.Scenes;

namespace EdgePose.Tests.Events.Scenes;

public sealed class PolygonTests
{
    private static readonly Vector2[] Concave = [new(0, 0), new(1, 0), new(1, 1), new(0.5f, 0.4f), new(0, 1)];

    [Theory]
    [InlineData(0.5f, 0.2f, 0.2f)]
    [InlineData(0.1f, 0.5f, 0.1f)]
    [InlineData(0.5f, 0.9f, -0.3201f)] // in the notch
    [InlineData(-0.3f, 0.5f, -0.3f)]
    [InlineData(1.3f, -0.4f, -0.5f)]
    public void SignedDistance_OfAConcavePolygon_IsPositiveInside(float x, float y, float expected)
    {
        Assert.Equal(expected, new Polygon(Concave).SignedDistance(new Vector2(x, y)), 1e-3);
        Assert.Equal(expected, new Polygon([.. Concave.Reverse()]).SignedDistance(new Vector2(x, y)), 1e-3);
    }

    [Fact]
    public void SignedDistance_IsMeasuredInPictureHeights()
    {
        var polygon = new Polygon([new(0.25f, 0), new(0.75f, 0), new(0.75f, 1), new(0.25f, 1)]);
        polygon.SetAspect(2);
        Assert.Equal(0.5f, polygon.SignedDistance(new Vector2(1, 0.5f)), 1e-6);
        Assert.Equal(-0.5f, polygon.SignedDistance(new Vector2(0, 0.5f)), 1e-6);
    }

    [Fact]
    public void SignedDistance_RandomPoints_AgreesWithCountedTurns()
    {
        var (random, polygon) = (new Random(3), new Polygon(Concave));
        for (var i = 0; i < 5000; i++)
        {
            var p = new Vector2(1.4f * (float)random.NextDouble() - 0.2f, 1.4f * (float)random.NextDouble() - 0.2f);
            var turns = Concave.Zip(Concave.Skip(1).Append(Concave[0]), (a, b) => MathF.Atan2((a.X - p.X) * (b.Y - p.Y) - (a.Y - p.Y) * (b.X - p.X), Vector2.Dot(a - p, b - p))).Sum();
            if (MathF.Abs(polygon.SignedDistance(p)) > 1e-4f) { Assert.Equal(MathF.Abs(turns) > 1, polygon.SignedDistance(p) > 0); }
        }
    }
}
