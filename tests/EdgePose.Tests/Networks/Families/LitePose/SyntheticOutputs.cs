using EdgePose.Domain;
using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

/// <summary>
/// What a trained network would answer for known people: Gaussians of sigma 2 in each stage's own pixels, a disc of the person's tag, and noise
/// well below the detection threshold.
/// </summary>
internal sealed class SyntheticOutputs
{
    /// <param name="joints">Joints per person.</param>
    /// <param name="width">Input width, a multiple of 4.</param>
    /// <param name="height">Input height.</param>
    public SyntheticOutputs(int joints, int width, int height)
    {
        (Joints, Width, Height) = (joints, width / 4, height / 4);
        Coarse = new float[2 * joints * Width * Height];
        Fine = new float[4 * joints * Width * Height];
    }

    public int Joints { get; }
    public int Width { get; }
    public int Height { get; }
    public float[] Coarse { get; }
    public float[] Fine { get; }

    public StageOutputs Stages => new(Coarse, Fine, Width, Height);

    /// <summary>People in a grid, every joint visible, each with its own tag.</summary>
    public static SyntheticOutputs Crowd(int joints, int width, int height, int people, int seed = 6)
    {
        var outputs = new SyntheticOutputs(joints, width, height);
        var random = new Random(seed);
        outputs.AddNoise(random, 0.02f);
        var columns = (int)Math.Ceiling(Math.Sqrt(people));
        var (cw, ch) = (width / (double)columns, height / (double)columns);
        for (var p = 0; p < people; p++)
        {
            var (x0, y0) = (p % columns * cw, p / columns * ch);
            for (var j = 0; j < joints; j++)
            {
                var (x, y) = (x0 + cw * (0.15 + 0.7 * random.NextDouble()), y0 + ch * (0.15 + 0.7 * random.NextDouble()));
                outputs.Add(j, x, y, 0.5 + 0.4 * random.NextDouble(), 2 * p + 0.2f * random.NextSingle());
            }
        }
        return outputs;
    }

    /// <summary>Adds a joint at a position in input pixels, pixel i spanning i..i+1.</summary>
    public void Add(int joint, double x, double y, double amplitude, float tag)
    {
        Draw(Coarse, joint, Width, Height, x / 4 - 0.5, y / 4 - 0.5, amplitude);
        Draw(Fine, joint, 2 * Width, 2 * Height, x / 2 - 0.5, y / 2 - 0.5, amplitude);
        Disc(Coarse, Joints + joint, x / 4 - 0.5, y / 4 - 0.5, tag);
    }

    public void AddNoise(Random random, float amplitude)
    {
        for (var i = 0; i < Coarse.Length; i++) { Coarse[i] += amplitude * (random.NextSingle() - 0.5f); }
        for (var i = 0; i < Fine.Length; i++) { Fine[i] += amplitude * (random.NextSingle() - 0.5f); }
    }

    /// <summary>What the network would answer for the mirrored picture.</summary>
    public SyntheticOutputs Mirrored(Skeleton skeleton, float tagShift)
    {
        var turned = new SyntheticOutputs(Joints, 4 * Width, 4 * Height);
        for (var j = 0; j < Joints; j++)
        {
            Turn(Coarse, j, turned.Coarse, skeleton.Flip[j], Width, 0);
            Turn(Coarse, Joints + j, turned.Coarse, Joints + skeleton.Flip[j], Width, tagShift);
            Turn(Fine, j, turned.Fine, skeleton.Flip[j], 2 * Width, 0);
        }
        return turned;
    }

    private void Turn(float[] from, int source, float[] to, int target, int width, float shift)
    {
        var plane = width * width * Height / Width;
        for (var i = 0; i < plane; i++) { to[target * plane + i] = from[source * plane + i / width * width + width - 1 - i % width] + shift; }
    }

    private static void Draw(float[] maps, int channel, int width, int height, double cx, double cy, double amplitude)
    {
        for (var y = Math.Max((int)cy - 7, 0); y <= Math.Min((int)cy + 8, height - 1); y++)
        {
            for (var x = Math.Max((int)cx - 7, 0); x <= Math.Min((int)cx + 8, width - 1); x++)
            {
                var value = (float)(amplitude * Math.Exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / 8));
                ref var cell = ref maps[(channel * height + y) * width + x];
                cell = Math.Max(cell, value);
            }
        }
    }

    private void Disc(float[] maps, int channel, double cx, double cy, float tag)
    {
        for (var y = Math.Max((int)cy - 3, 0); y <= Math.Min((int)cy + 4, Height - 1); y++)
        {
            for (var x = Math.Max((int)cx - 3, 0); x <= Math.Min((int)cx + 4, Width - 1); x++) { maps[(channel * Height + y) * Width + x] = tag; }
        }
    }
}
