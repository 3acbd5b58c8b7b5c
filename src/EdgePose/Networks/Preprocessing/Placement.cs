
namespace EdgePose.Networks.Preprocessing;

/// <summary>
/// Where the frame lies in the network's input: <c>x' = ScaleX * x + OffsetX</c>, <c>y' = ScaleY * y + OffsetY</c>
/// (pixel centres at integers on both sides). All rules of the supported families are of this form.
/// </summary>
internal readonly record struct Placement(double ScaleX, double ScaleY, double OffsetX, double OffsetY)
{
    public (float X, float Y) ToFrame(double x, double y) => ((float)((x - OffsetX) / ScaleX), (float)((y - OffsetY) / ScaleY));

    public (float X, float Y) ToInput(double x, double y) => ((float)(ScaleX * x + OffsetX), (float)(ScaleY * y + OffsetY));
}
