using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>One of the usual ways to make a network's values of a picture's; <c>--normalization</c> takes its word.</summary>
/// <param name="Word">As the option calls it.</param>
/// <param name="Values">What the network gets, in a few words.</param>
internal sealed record Normalization(string Word, string Values)
{
    // Red, green, blue, in 0..255 units.
    private (float[] Mean, float[] Std) Rgb { get; init; }

    public static readonly IReadOnlyList<Normalization> All =
    [
        new("imagenet", "ImageNet mean and deviation") { Rgb = ([123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f]) },
        new("unit", "0..1") { Rgb = ([0, 0, 0], [255, 255, 255]) },
        new("raw", "0..255") { Rgb = ([0, 0, 0], [1, 1, 1]) },
        new("signed", "-1..1") { Rgb = ([127.5f, 127.5f, 127.5f], [127.5f, 127.5f, 127.5f]) },
    ];

    public static IReadOnlyList<string> Words => [.. All.Select(n => n.Word)];

    /// <summary>Null for numbers that have no name here.</summary>
    public static Normalization? Of(ModelInput input) => All.FirstOrDefault(n => n.Apply(input, input.Colour) is var same
        && same.Mean.SequenceEqual(input.Mean) && same.Std.SequenceEqual(input.Std));

    /// <summary>The same input with these values, in the order of <paramref name="colour"/>.</summary>
    public ModelInput Apply(ModelInput input, ColourOrder colour) => colour == ColourOrder.Rgb
        ? input with { Colour = colour, Mean = Rgb.Mean, Std = Rgb.Std }
        : input with { Colour = colour, Mean = [.. Rgb.Mean.Reverse()], Std = [.. Rgb.Std.Reverse()] };
}
