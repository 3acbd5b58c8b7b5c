using System.Numerics;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>The keys of one rule, as its kind declares them: name, default, limits and what the manual says.</summary>
internal sealed class RuleKeys(Section section, IReadOnlyList<string> lines)
{
    /// <summary>Tilt of the torso from vertical.</summary>
    public float Angle(float fallback) => Number("angle", fallback, 20, 80, "degrees from vertical beyond which a torso is tilted");

    public float Number(string key, float fallback, double min, double max, string text) => section.Number(key, fallback, min, max);

    public int Integer(string key, int fallback, int min, int max, string text) => section.Integer(key, fallback, min, max);

    public T Choice<T>(string key, T fallback, string text, params (string Word, T Value)[] choices) where T : struct, Enum => section.Choice(key, fallback, choices);

    public string Line() => section.Reference("line", "line", lines);

    public Vector2 Direction(string key, Vector2 fallback, string text) => section.Direction(key, fallback);
}
