using EdgePose.Domain;

namespace EdgePose.Tests.People.Skipping;

/// <summary>
/// A fixed camera's view of <see cref="Walker"/>s before a textured wall, drawn as thick grey limbs, with what cameras and codecs add:
/// sensor noise, a key frame that changes the picture a little, light that jumps. Seeded; frames are drawn into one buffer.
/// </summary>
internal sealed class Stage
{
    private static readonly (int A, int B)[] Limbs =
        [(5, 7), (7, 9), (11, 13), (13, 15), (5, 11), (6, 12), (0, 3), (5, 3), (6, 8), (8, 10), (12, 14), (14, 16)];

    private readonly byte[] _wall, _coding;
    private readonly sbyte[][] _noise;
    private readonly Random _random;
    private readonly Frame _frame;
    private long _sequence;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="noise">Standard deviation of the sensor's noise in grey levels.</param>
    /// <param name="seed">Of everything random.</param>
    public Stage(int width = 320, int height = 240, double noise = 0, int seed = 1)
    {
        _random = new Random(seed);
        _frame = new Frame(width, height);
        (_wall, _coding) = (new byte[width * height], new byte[width * height]);
        var waves = Enumerable.Range(0, 12).Select(_ => (X: _random.NextDouble() * 0.4, Y: _random.NextDouble() * 0.4, P: _random.NextDouble() * 6)).ToArray();
        for (var i = 0; i < _wall.Length; i++)
        {
            _wall[i] = (byte)(120 + 6 * waves.Sum(w => Math.Sin(w.X * (i % width) + w.Y * (i / width) + w.P)));
            _coding[i] = (byte)_random.Next(5);
        }
        // A prime number of noise pictures in random order: cheap and without a beat.
        _noise = noise == 0 ? [] : [.. Enumerable.Range(0, 23).Select(_ => Enumerable.Range(0, width * height).Select(_ => (sbyte)Math.Clamp(Math.Round(noise * Gauss()), -127, 127)).ToArray())];
    }

    public List<Walker> Walkers { get; } = [];

    /// <summary>Seconds between key frames, each of which changes every pixel by up to 2 grey levels until the next one; 0 = none.</summary>
    public double KeyFrames { get; init; }

    /// <summary>Added to every pixel from this time on.</summary>
    public (double At, int By) Light { get; set; } = (double.PositiveInfinity, 0);

    /// <summary>A tree: this part of the picture sways all the time.</summary>
    public Box Tree { get; init; }

    /// <summary>Pixels per second that the camera pans to the right.</summary>
    public double Pan { get; init; }

    public int Width => _frame.Width;
    public int Height => _frame.Height;

    public IEnumerable<Walker> Present(double time) => Walkers.Where(w => w.IsThere(time) && w.BoxAt(time).Clip(Width, Height) is var seen && seen.Area > 0.5f * w.BoxAt(time).Area);

    /// <summary>The view at a time; the frame is used again by the next call.</summary>
    public Frame At(double time, int epoch = 1)
    {
        _frame.Info = new FrameInfo("cam", epoch, _sequence++, 0, default);
        var shift = (int)Math.Round(Pan * time);
        var coded = KeyFrames > 0 ? (int)(time / KeyFrames) * 7919 : -1;
        var light = time >= Light.At ? Light.By : 0;
        var noise = _noise.Length == 0 ? null : _noise[_random.Next(_noise.Length)];
        var sway = (int)Math.Round(4 * Math.Sin(7 * time) + 3 * Math.Sin(2.3 * time));
        for (var y = 0; y < Height; y++)
        {
            var (swayFrom, swayTo) = y >= Tree.Y1 && y < Tree.Y2 ? (Tree.X1, Tree.X2) : (0, 0);
            for (var x = 0; x < Width; x++)
            {
                var i = y * Width + x;
                var moved = shift + (x >= swayFrom && x < swayTo ? sway : 0);
                var value = (moved == 0 ? _wall[i] : _wall[y * Width + (x + moved + 10 * Width) % Width]) + light;
                if (coded >= 0) { value += _coding[(i + coded) % _coding.Length] - 2; }
                if (noise is not null) { value += noise[i]; }
                Set(i, value);
            }
        }
        foreach (var walker in Walkers.Where(w => w.IsThere(time))) { Draw(walker, time, light); }
        return _frame;
    }

    // Round-ended limbs with soft edges and a pattern that goes with them, as cloth has.
    private void Draw(Walker walker, double time, int light)
    {
        var joints = walker.Joints(time);
        for (var l = 0; l < Limbs.Length; l++)
        {
            var (a, b) = (joints[Limbs[l].A], joints[Limbs[l].B]);
            var thick = Math.Max(1, (l is 4 or 5 ? 0.07 : l is 6 or 7 ? 0.05 : 0.03) * walker.Height);
            var (dx, dy) = (b.X - a.X, b.Y - a.Y);
            var length = Math.Max(1e-6, Math.Sqrt(dx * dx + dy * dy));
            for (var y = (int)Math.Max(0, Math.Min(a.Y, b.Y) - thick); y <= Math.Min(Height - 1, Math.Max(a.Y, b.Y) + thick + 1); y++)
            {
                for (var x = (int)Math.Max(0, Math.Min(a.X, b.X) - thick); x <= Math.Min(Width - 1, Math.Max(a.X, b.X) + thick + 1); x++)
                {
                    var along = ((x - a.X) * dx + (y - a.Y) * dy) / length;
                    var across = ((y - a.Y) * dx - (x - a.X) * dy) / length;
                    var beyond = Math.Max(0, Math.Max(-along, along - length));
                    var cover = Math.Clamp(thick + 0.5 - Math.Sqrt(beyond * beyond + across * across), 0, 1);
                    if (cover == 0) { continue; }
                    var cloth = 70 + 30 * Math.Sin(along * 20 / walker.Height * 2 + l) * Math.Cos(across / thick * 2 + l) + light;
                    var pixel = y * Width + x;
                    Set(pixel, (int)Math.Round(cloth * cover + _frame.Pixels[3 * pixel] * (1 - cover)));
                }
            }
        }
    }

    private void Set(int pixel, int value)
    {
        var (pixels, grey) = (_frame.Pixels, (byte)Math.Clamp(value, 0, 255));
        (pixels[3 * pixel], pixels[3 * pixel + 1], pixels[3 * pixel + 2]) = (grey, grey, grey);
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
