using EdgePose.Domain;

namespace EdgePose.Workshop.Models;

/// <summary>Which ways to make pictures into values are tried, and which one is believed.</summary>
internal static class InputTrials
{
    /// <summary>The usual way stays unless another fits so much better: colours hardly matter to some networks, and a picture is one picture.</summary>
    private const float Clearly = 1.25f, Least = 0.05f;

    /// <summary>The usual way first, then the others.</summary>
    /// <param name="usual">As the family or the descriptor says.</param>
    /// <param name="anyValues">Other values are possible.</param>
    /// <param name="anyColour">The other order of channels is possible.</param>
    public static IReadOnlyList<ModelInput> Of(ModelInput usual, bool anyValues, bool anyColour)
    {
        var tried = new List<ModelInput> { usual };
        // An int32 network normalises by itself; what it does not do is swap the channels.
        IEnumerable<Normalization> values = anyValues && !usual.Int32 ? Normalization.All : Normalization.Of(usual) is { } one ? [one] : [];
        ColourOrder[] colours = anyColour ? [usual.Colour, usual.Colour == ColourOrder.Rgb ? ColourOrder.Bgr : ColourOrder.Rgb] : [usual.Colour];
        foreach (var colour in colours)
        {
            foreach (var value in values)
            {
                var other = value.Apply(usual, colour);
                if (!tried.Exists(t => Same(t, other))) { tried.Add(other); }
            }
        }
        return tried;
    }

    public static TriedInput Best(IReadOnlyList<TriedInput> tried)
    {
        var best = tried.MaxBy(t => t.Fit)!;
        return best.Fit > Clearly * tried[0].Fit && best.Fit - tried[0].Fit >= Least ? best : tried[0];
    }

    private static bool Same(ModelInput a, ModelInput b) => a.Colour == b.Colour && a.Mean.SequenceEqual(b.Mean) && a.Std.SequenceEqual(b.Std);
}
