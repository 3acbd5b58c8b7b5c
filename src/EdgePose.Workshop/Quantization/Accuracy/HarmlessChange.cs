using EdgePose.Domain;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>
/// Changes of a picture that mean nothing to anybody who looks at it. What the float model answers differently because of them is what its
/// answers are worth, and a quantized model need not be nearer to it than the float model is to itself.
/// </summary>
internal abstract class HarmlessChange
{
    /// <summary>One grey level of noise, and one pixel of shift.</summary>
    public static readonly IReadOnlyList<HarmlessChange> All = [new GreyLevel(), new PixelShift()];

    /// <summary>As reports call it.</summary>
    public abstract string Name { get; }

    /// <param name="frame">A picture; left as it is.</param>
    /// <param name="number">Of the picture, so that each is changed in its own, repeatable way.</param>
    public abstract Frame Apply(Frame frame, int number);

    /// <summary>What was found in the changed picture, in the coordinates of the picture as it was.</summary>
    public abstract Person Undo(Person found);

    /// <summary>Each value one up, one down, or as it was.</summary>
    private sealed class GreyLevel : HarmlessChange
    {
        public override string Name => "one grey level of noise";

        public override Frame Apply(Frame frame, int number)
        {
            var changed = new Frame(frame.Width, frame.Height) { Info = frame.Info };
            new Random(number).NextBytes(changed.Pixels);
            for (var i = 0; i < changed.Pixels.Length; i++)
            {
                changed.Pixels[i] = (byte)Math.Clamp(frame.Pixels[i] + changed.Pixels[i] % 3 - 1, 0, byte.MaxValue);
            }
            return changed;
        }

        public override Person Undo(Person found) => found;
    }

    /// <summary>Everything one pixel to the right; the first column stays.</summary>
    private sealed class PixelShift : HarmlessChange
    {
        private const int Channels = 3;

        public override string Name => "one pixel of shift";

        public override Frame Apply(Frame frame, int number)
        {
            var (changed, stride) = (new Frame(frame.Width, frame.Height) { Info = frame.Info }, frame.Width * Channels);
            for (var y = 0; y < frame.Height; y++)
            {
                var row = frame.Pixels.AsSpan(y * stride, stride);
                row[..Channels].CopyTo(changed.Pixels.AsSpan(y * stride));
                row[..^Channels].CopyTo(changed.Pixels.AsSpan(y * stride + Channels));
            }
            return changed;
        }

        public override Person Undo(Person found) => found with
        {
            Points = [.. found.Points.Select(p => p.IsFound ? new Keypoint(p.X - 1, p.Y, p.Score) : p)],
            Box = new Box(found.Box.X1 - 1, found.Box.Y1, found.Box.X2 - 1, found.Box.Y2),
        };
    }
}
