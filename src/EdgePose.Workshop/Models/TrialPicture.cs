using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation;

namespace EdgePose.Workshop.Models;

/// <summary>A picture with people on which networks are tried that nobody vouches for.</summary>
/// <param name="Name">What it is, for texts.</param>
/// <param name="Frame">The picture.</param>
/// <param name="Mirrored">The same from left to right.</param>
/// <param name="People">Where another network sees people; empty = nobody knows.</param>
internal sealed record TrialPicture(string Name, Frame Frame, Frame Mirrored, IReadOnlyList<Detection> People)
{
    /// <summary>Most people whose joints are measured.</summary>
    private const int MostPeople = 8;

    /// <summary>The default detector, which set-up makes.</summary>
    private const string Detector = "centernet-person";

    /// <summary>A place in the demo clip at which several people stand apart.</summary>
    private static readonly TimeSpan DemoTime = TimeSpan.FromSeconds(10);

    public static TrialPicture Of(string name, Frame frame, IReadOnlyList<Detection> people)
    {
        var mirrored = new Frame(frame.Width, frame.Height) { Info = frame.Info };
        for (var at = 0; at < frame.Pixels.Length; at += 3)
        {
            var (row, column) = (at / 3 / frame.Width, at / 3 % frame.Width);
            frame.Pixels.AsSpan(at, 3).CopyTo(mirrored.Pixels.AsSpan(3 * (row * frame.Width + frame.Width - 1 - column), 3));
        }
        return new TrialPicture(name, frame, mirrored, people);
    }

    /// <summary>The user's picture, or else a frame of the demo clip where set-up has brought one; null where there is none.</summary>
    /// <param name="path">The user's; empty = none.</param>
    /// <param name="stop">Ends the decoder.</param>
    /// <exception cref="UserError">The user's picture cannot be decoded.</exception>
    public static async Task<TrialPicture?> LoadAsync(string path, CancellationToken stop)
    {
        var clip = DemoClip();
        if (path.Length == 0 && clip is null) { return null; }
        var decoder = new PictureDecoder(new FfmpegTools(), TimeProvider.System);
        Frame frame;
        try { frame = path.Length > 0 ? await decoder.DecodeAsync(path, null, stop) : await decoder.DecodeAsync(clip!, DemoTime, stop); }
        catch (UserError) when (path.Length == 0)
        {
            // Nobody asked for the clip: without ffmpeg the network is not tried on a picture, which the caller says.
            return null;
        }
        frame.Info = new FrameInfo("trial", 1, 0, 0, default);
        return Of(path.Length > 0 ? Path.GetFileName(path) : $"a frame of {Path.GetFileName(clip)}", frame, Seen(frame));
    }

    /// <summary>
    /// The part around the largest person where all are small, else the picture itself: networks that look at a whole picture shrink it, and
    /// nobody is left of people who are a tenth of it.
    /// </summary>
    public TrialPicture Close()
    {
        const float Small = 0.4f, Sides = 3;
        var largest = People.Select(p => p.Box).OrderByDescending(b => b.Height).FirstOrDefault();
        if (People.Count == 0 || largest.Height > Small * Frame.Height) { return this; }
        var side = (int)Math.Min(Sides * largest.Height, Math.Min(Frame.Width, Frame.Height));
        var (left, top) = (Math.Clamp((int)largest.CenterX - side / 2, 0, Frame.Width - side), Math.Clamp((int)largest.CenterY - side / 2, 0, Frame.Height - side));
        var part = new Frame(side, side) { Info = Frame.Info };
        for (var y = 0; y < side; y++) { Frame.Pixels.AsSpan(3 * ((top + y) * Frame.Width + left), 3 * side).CopyTo(part.Pixels.AsSpan(3 * y * side)); }
        var moved = People.Select(p => p with { Box = new Box(p.Box.X1 - left, p.Box.Y1 - top, p.Box.X2 - left, p.Box.Y2 - top) });
        return Of(Name, part, [.. moved.Where(p => p.Box.Clip(side, side).Area > 0.8f * p.Box.Area)]);
    }

    /// <summary>The mirror image of a box.</summary>
    public Detection Mirror(in Detection d) => d with { Box = new Box(Frame.Width - 1 - d.Box.X2, d.Box.Y1, Frame.Width - 1 - d.Box.X1, d.Box.Y2) };

    private static string? DemoClip() => ModelStore.BuiltInFileFolders().Select(f => Path.Combine(f, "..", "media", "vtest.avi")).Select(Path.GetFullPath)
        .FirstOrDefault(File.Exists);

    private static List<Detection> Seen(Frame frame)
    {
        using var store = ModelStore.Load([], new InferenceSettings { Providers = ["cpu"] });
        var people = new List<Detection>();
        if (store.Catalog.Find(Detector, out _) is not { Path.Length: > 0 } model) { return people; }
        EstimatorFactory.Detector(store.Open(model)).Detect(frame, people);
        if (people.Count > MostPeople) { people.RemoveRange(MostPeople, people.Count - MostPeople); }
        return people;
    }
}
