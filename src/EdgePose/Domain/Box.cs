namespace EdgePose.Domain;

/// <summary>Axis-aligned box in frame pixels (x right, y down, pixel centres at integers); corners may lie outside the frame until clipped.</summary>
internal readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    public float Width => X2 - X1;
    public float Height => Y2 - Y1;
    public float Area => MathF.Max(0, Width) * MathF.Max(0, Height);
    public float CenterX => (X1 + X2) * 0.5f;
    public float CenterY => (Y1 + Y2) * 0.5f;
    public bool IsEmpty => !(X2 > X1 && Y2 > Y1);

    /// <summary>Intersection over union, 0..1; 0 when either box is empty.</summary>
    public float Iou(in Box other)
    {
        var w = MathF.Min(X2, other.X2) - MathF.Max(X1, other.X1);
        var h = MathF.Min(Y2, other.Y2) - MathF.Max(Y1, other.Y1);
        if (!(w > 0 && h > 0)) { return 0; }
        var intersection = w * h;
        return intersection / (Area + other.Area - intersection);
    }

    /// <summary>Limits the corners to a frame of <paramref name="width"/> x <paramref name="height"/> pixels.</summary>
    public Box Clip(int width, int height) => new(
        Math.Clamp(X1, 0, width), Math.Clamp(Y1, 0, height), Math.Clamp(X2, 0, width), Math.Clamp(Y2, 0, height));

    /// <summary>Scales both sides by <paramref name="factor"/> about the centre.</summary>
    public Box Inflate(float factor)
    {
        var (hw, hh) = (Width * factor * 0.5f, Height * factor * 0.5f);
        return new Box(CenterX - hw, CenterY - hh, CenterX + hw, CenterY + hh);
    }
}
