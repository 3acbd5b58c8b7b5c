using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>
/// Kalman filter of one coordinate with constant velocity: position in pixels, velocity in pixels per second, and their covariance.
/// The process noise is white acceleration of spectral density q (px²/s³), so that predicting twice by dt/2 equals predicting once by dt.
/// </summary>
internal struct KalmanAxis
{
    public double Position, Velocity;
    public double VarPosition, Covariance, VarVelocity;

    public KalmanAxis(double position, double varPosition, double varVelocity) =>
        (Position, VarPosition, VarVelocity) = (position, varPosition, varVelocity);

    /// <summary>F = [1 dt; 0 1], Q = q·[dt³/3 dt²/2; dt²/2 dt].</summary>
    public void Predict(double dt, double q)
    {
        Position += Velocity * dt;
        VarPosition += dt * (2 * Covariance + dt * VarVelocity) + q * dt * dt * dt / 3;
        Covariance += dt * VarVelocity + q * dt * dt / 2;
        VarVelocity += q * dt;
    }

    /// <summary>Measures the position as <paramref name="z"/> with variance <paramref name="r"/> (px²).</summary>
    public void Update(double z, double r)
    {
        var s = VarPosition + r;
        var (gain, gainVelocity) = (VarPosition / s, Covariance / s);
        var innovation = z - Position;
        Position += gain * innovation;
        Velocity += gainVelocity * innovation;
        VarVelocity -= gainVelocity * Covariance;
        Covariance *= 1 - gain;
        VarPosition *= 1 - gain;
    }
}

/// <summary>
/// Motion of a person's box: centre, width and height, each with its velocity. All noise is relative to the person's size (the longer
/// side: somebody lying moves like somebody standing). A value: copy it to look ahead without changing the original.
/// </summary>
internal struct KalmanBox
{
    /// <summary>Acceleration in sizes per s² (and root Hz). Between .6 and 1.5 identities hold equally well on walking people; above,
    /// noise becomes velocity.</summary>
    public const double Acceleration = 1.0;

    /// <summary>Box sides change far more slowly than centres move.</summary>
    private const double SideAcceleration = 0.5;

    /// <summary>Standard deviation of a measured centre or side in sizes; ByteTrack has 1/20
    /// (ifzhang/ByteTrack:yolox/tracker/kalman_filter.py).</summary>
    public const double MeasurementNoise = 0.06;

    /// <summary>Unknown initial speed in sizes per second: a brisk walk (1.4 m/s at 1.7 m) is .8.</summary>
    private const double InitialSpeed = 1.0;
    private const double InitialGrowth = 0.3;

    public KalmanAxis CenterX, CenterY, Width, Height;

    public KalmanBox(in Box box)
    {
        double size = Math.Max(box.Width, box.Height);
        var (r, v, g) = (Square(MeasurementNoise * size), Square(InitialSpeed * size), Square(InitialGrowth * size));
        CenterX = new KalmanAxis(box.CenterX, r, v);
        CenterY = new KalmanAxis(box.CenterY, r, v);
        Width = new KalmanAxis(box.Width, r, g);
        Height = new KalmanAxis(box.Height, r, g);
    }

    /// <summary>The longer side in pixels, at least 1.</summary>
    public readonly double Size => Math.Max(1, Math.Max(Width.Position, Height.Position));

    /// <summary>Root mean square speed of the centre in pixels per second: the estimate and its uncertainty together.</summary>
    public readonly double Speed => Math.Sqrt(
        Square(CenterX.Velocity) + Square(CenterY.Velocity) + CenterX.VarVelocity + CenterY.VarVelocity);

    public readonly Box Box
    {
        get
        {
            var (hw, hh) = (Math.Max(1, Width.Position) / 2, Math.Max(1, Height.Position) / 2);
            return new Box((float)(CenterX.Position - hw), (float)(CenterY.Position - hh),
                (float)(CenterX.Position + hw), (float)(CenterY.Position + hh));
        }
    }

    /// <summary>Moves on by <paramref name="dt"/> seconds (0 or more).</summary>
    public void Predict(double dt)
    {
        var size = Size;
        var (q, qs) = (Square(Acceleration * size), Square(SideAcceleration * size));
        CenterX.Predict(dt, q);
        CenterY.Predict(dt, q);
        Width.Predict(dt, qs);
        Height.Predict(dt, qs);
    }

    /// <summary>Measures the box; <paramref name="noise"/> multiplies the standard deviation of a good measurement.</summary>
    public void Update(in Box box, double noise)
    {
        var r = Square(MeasurementNoise * noise * Math.Max(box.Width, box.Height));
        CenterX.Update(box.CenterX, r);
        CenterY.Update(box.CenterY, r);
        Width.Update(box.Width, r);
        Height.Update(box.Height, r);
    }

    private static double Square(double value) => value * value;
}
