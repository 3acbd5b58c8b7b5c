using System.Numerics;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>
/// The geometry of lying, which the rules for lying and falling share. Lengths are measured in the person's own torso length: shoulders to
/// feet of a standing person are 2.7 of them, hips to feet 1.7. The limits were chosen on figures seen from all sides by cameras of
/// 2.2 to 2.8 m (tests: FallRecallTests).
/// </summary>
internal sealed class Recumbence(float angleDegrees)
{
    /// <summary>Hips of somebody who bends are 1.2 and more above the feet; of somebody who lies or crouches not this much.</summary>
    private const float MostHipHeight = 0.9f;

    /// <summary>Also a body that lies aslant to the camera is no higher than this.</summary>
    private const float MostHeight = 2.2f;

    /// <summary>Without legs in view, hips farther above the lower edge of the box belong to somebody who stands or sits.</summary>
    private const float MostHipHeightInBox = 0.7f;

    /// <summary>From the knee to the ankle, where only the knee was found.</summary>
    private const float Shank = 0.4f;

    private const float LeastShortening = 0.7f, MostShoulderHeight = 1.3f, LeastThigh = 0.1f;

    private readonly float _cosine = MathF.Cos(angleDegrees * (MathF.PI / 180));

    /// <summary>The torso is tilted, and the hips are near the ground.</summary>
    /// <param name="person">Posture known.</param>
    /// <param name="torso">True torso length.</param>
    /// <param name="needsLegs">False also takes a person whose legs are covered, if the box ends at the hips.</param>
    public bool IsTilted(Person person, float torso, bool needsLegs)
    {
        var posture = person.Posture;
        torso = MathF.Max(torso, posture.Torso);
        if (posture.Uprightness > _cosine || posture.Height > MostHeight * torso) { return false; }
        if (posture.HasLegs) { return Feet(posture, torso) - posture.Hips.Y <= MostHipHeight * torso; }
        return !needsLegs && person.Box.Y2 - posture.Hips.Y <= MostHipHeightInBox * torso;
    }

    /// <summary>
    /// The body points at the camera or away from it: the torso is much shorter than it was upright, the shoulders are near the ground, and the thighs
    /// continue the torso, which they do not in somebody who crouches.
    /// </summary>
    /// <param name="posture">Known.</param>
    /// <param name="torso">Length of the torso before, upright; 0 = never seen upright.</param>
    public static bool IsForeshortened(in Posture posture, float torso)
    {
        if (torso <= 0 || !posture.HasLegs || posture.Torso > LeastShortening * torso) { return false; }
        var feet = Feet(posture, torso);
        if (feet - posture.Shoulders.Y > MostShoulderHeight * torso || feet - posture.Hips.Y > MostHipHeight * torso) { return false; }
        var thighs = (float.IsNaN(posture.Knees.X) ? posture.Ankles : posture.Knees) - posture.Hips;
        return Vector2.Dot(thighs, posture.Hips - posture.Shoulders) / posture.Torso >= LeastThigh * torso;
    }

    private static float Feet(in Posture posture, float torso) =>
        float.IsNaN(posture.Ankles.Y) ? posture.Knees.Y + Shank * torso : posture.Ankles.Y;
}
