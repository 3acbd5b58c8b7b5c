namespace EdgePose.Events.Scenes;

/// <summary>
/// The grid of coordinates and scores: 4096 steps over the picture, from half a picture outside to half a picture outside. A step is
/// half a pixel of a 1920-pixel picture, a tenth of what the best networks are wrong by. The values are exact in a float, so encoding what
/// was decoded gives the same code.
/// </summary>
internal static class SceneGrid
{
    public const int Steps = 4096;
    public const int Codes = 2 * Steps;
    public const int JointScores = 63;
    public const int Scores = 255;

    public static int Encode(float value) =>
        float.IsNaN(value) ? Steps / 2 : (int)Math.Clamp(MathF.Round((value + 0.5f) * Steps), 0, Codes - 1);

    public static float Decode(int code) => (float)code / Steps - 0.5f;

    public static float Snap(float value) => Decode(Encode(value));

    public static int EncodeScore(float score, int steps) => float.IsNaN(score) ? 0 : (int)Math.Clamp(MathF.Round(score * steps), 0, steps);

    public static float DecodeScore(int code, int steps) => (float)code / steps;

    public static float SnapScore(float score) => DecodeScore(EncodeScore(score, Scores), Scores);

    public static float SnapJointScore(float score) => DecodeScore(EncodeScore(score, JointScores), JointScores);
}
