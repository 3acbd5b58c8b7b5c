using EdgePose.Domain;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;

namespace EdgePose.Tests.Networks.TopDown;

/// <summary>
/// A world of drawn people for the whole chain: each has 17 joints in a grid; every joint is a 5 x 5 patch whose red value names it,
/// whose green value is the joint's score, and whose full blue tells its inside from an interpolated edge. The scripted pose network looks for the patches in its crop, so a wrong letterbox, crop or
/// back-projection gives wrong joints; the scripted detector answers with the boxes of a list.
/// </summary>
internal sealed class Scene
{
    public const int Width = 640, Height = 480, DetectorSize = 320;

    private readonly ScriptedNetwork _detector, _pose;
    private readonly PoseList _poses = new(17);

    public Scene(TopDownOptions? options = null, ModelDecode? decode = null)
    {
        _detector = new ScriptedNetwork(ScriptedNetwork.Describe(EndToEndFamily.Kind, DetectorSize, DetectorSize), 2, AnswerBoxes);
        var usual = ScriptedNetwork.Describe(SimccFamily.Kind, 192, 256);
        var descriptor = usual with { Decode = decode ?? usual.Decode };
        _pose = new ScriptedNetwork(descriptor, 2, FindPatches);
        Estimator = new TopDownEstimator(EstimatorFactory.Detector(_detector), new PoseHead(_pose, new SimccDecoder(descriptor)), ScriptedNetwork.Coco, options ?? new TopDownOptions { DetectEvery = 5 });
    }

    public TopDownEstimator Estimator { get; }

    /// <summary>What the detector answers, in frame pixels.</summary>
    public List<Detection> Boxes { get; } = [];

    /// <summary>Top left of each drawn person; the joints' grid is 4 wide and 5 high, 20 x 30 pixels apart.</summary>
    public List<(float X, float Y, float Score)> People { get; } = [];
    public int Detections => _detector.Runs;
    public int Crops => _pose.Runs;
    public int Epoch { get; set; } = 1;
    public string Stream { get; set; } = "cam";

    public static (float X, float Y) Joint(float x, float y, int k) => (x + k % 4 * 20, y + k / 4 * 30);

    /// <summary>A box around all joints of a person.</summary>
    public static Box Around(float x, float y) => new(x - 8, y - 10, x + 68, y + 130);

    /// <summary>Adds a person with its detection.</summary>
    public void Add(float x, float y, float score = 0.8f, float boxScore = 0.9f)
    {
        People.Add((x, y, score));
        Boxes.Add(new Detection(Around(x, y), boxScore));
    }

    public PoseList Next()
    {
        using var frame = Draw();
        Estimator.Estimate(frame, _poses);
        return _poses;
    }

    public Frame Draw()
    {
        var frame = new Frame(Width, Height) { Info = new FrameInfo(Stream, Epoch, 0, 0, default) };
        foreach (var (x, y, score) in People)
        {
            for (var k = 0; k < 17; k++)
            {
                var (jx, jy) = Joint(x, y, k);
                for (var i = 0; i < 25; i++)
                {
                    var (px, py) = ((int)jx - 2 + i % 5, (int)jy - 2 + i / 5);
                    if (px < 0 || py < 0 || px >= Width || py >= Height) { continue; }
                    new[] { (byte)(k * 10 + 50), (byte)(score * 100), byte.MaxValue }.CopyTo(frame.Pixels.AsSpan((py * Width + px) * 3));
                }
            }
        }
        return frame;
    }

    private void AnswerBoxes(ScriptedNetwork.Buffers b)
    {
        var dets = b.Floats(0, 1, Boxes.Count, 5);
        b.Integers(1, 1, Boxes.Count).Clear();
        const float R = (float)DetectorSize / Width;
        for (var i = 0; i < Boxes.Count; i++)
        {
            var box = Boxes[i].Box;
            new[] { box.X1 * R, box.Y1 * R, box.X2 * R, box.Y2 * R, Boxes[i].Score }.CopyTo(dets[(i * 5)..]);
        }
    }

    // The mean position of a joint's patches; a crop with two people would mix them.
    private static void FindPatches(ScriptedNetwork.Buffers b)
    {
        var (sumX, sumY, count, score) = (new double[17], new double[17], new int[17], new float[17]);
        var plane = b.Width * b.Height;
        for (var i = 0; i < plane; i++)
        {
            if (b.Input[2 * plane + i] < 254) { continue; }
            var k = (int)Math.Round((b.Input[i] - 50) / 10);
            (sumX[k], sumY[k], count[k]) = (sumX[k] + i % b.Width, sumY[k] + i / b.Width, count[k] + 1);
            score[k] = b.Input[plane + i] / 100;
        }
        var xs = b.Floats(0, 1, 17, 384);
        var ys = b.Floats(1, 1, 17, 512);
        for (var k = 0; k < 17; k++)
        {
            if (count[k] == 0) { continue; }
            xs[k * 384 + (int)Math.Round(sumX[k] / count[k] * 2)] = score[k];
            ys[k * 512 + (int)Math.Round(sumY[k] / count[k] * 2)] = score[k];
        }
    }
}
