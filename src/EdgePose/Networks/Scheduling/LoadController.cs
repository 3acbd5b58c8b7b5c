using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.Scheduling;

/// <summary>
/// Decides on which rung of the ladder a device stands. Called every <see cref="Period"/>; moves one rung at a time. Down: at once when the
/// load is more than twice the target, after two looks in a row otherwise. Up: after three quiet seconds when the load of the rung above is
/// expected to fit, then rung by rung while that holds. When a way up did not last for half a minute, the next one waits half a minute:
/// at most one oscillation in thirty seconds, also under a load that comes and goes.
/// </summary>
internal sealed class LoadController(double targetUtilisation, int lastStep)
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Quiet means below this part of the targets.</summary>
    private const double QuietPart = 0.75;
    private const double QuietAge = 0.6;

    /// <summary>Far from a target, either way.</summary>
    private const double Far = 2;

    /// <summary>The expected load of the rung above must keep this much from the target.</summary>
    private const double Margin = 0.95;
    private static readonly TimeSpan FirstQuiet = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NextQuiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(30);

    private int _highLooks;
    private bool _climbing;
    private TimeSpan? _quietSince, _lastUp, _barredUntil;

    /// <summary>0 = full quality.</summary>
    public int Step { get; private set; }

    /// <summary>Changes of <see cref="Step"/> so far.</summary>
    public long Changes { get; private set; }

    /// <summary>True for a load that would leave room for more quality.</summary>
    public bool IsQuiet(double utilisation, double age) => utilisation < QuietPart * targetUtilisation && age < QuietAge;

    /// <summary>Judges one look; true when the rung has changed.</summary>
    /// <param name="utilisation">Demanded seconds of inference per second, which may be above 1.</param>
    /// <param name="above">What the utilisation is expected to be on the rung above.</param>
    /// <param name="age">95th percentile of the frame ages, or of their waiting times, relative to what is wanted.</param>
    /// <param name="now">Time since some fixed instant; rises.</param>
    public bool Look(double utilisation, double above, double age, TimeSpan now)
    {
        var before = Step;
        if (utilisation > targetUtilisation || age > 1) { LookHigh(utilisation, age, now); }
        else if (IsQuiet(utilisation, age)) { LookQuiet(utilisation, above, now); }
        else { (_highLooks, _quietSince, _climbing) = (0, null, false); }
        if (Step != before) { Changes++; }
        return Step != before;
    }

    private void LookHigh(double utilisation, double age, TimeSpan now)
    {
        (_quietSince, _climbing) = (null, false);
        _highLooks++;
        var far = utilisation > Far * targetUtilisation || age > Far;
        if (Step == lastStep || (!far && _highLooks < 2)) { return; }
        Step++;
        _highLooks = 0;
        if (now - _lastUp <= Bar) { _barredUntil = now + Bar; }
        _lastUp = null;
    }

    private void LookQuiet(double utilisation, double above, TimeSpan now)
    {
        _highLooks = 0;
        if (Step == 0) { return; }
        _quietSince ??= now;
        var far = utilisation * Far < QuietPart * targetUtilisation;
        var needed = !_climbing ? FirstQuiet : far ? TimeSpan.Zero : NextQuiet;
        if (above > Margin * targetUtilisation || now < _barredUntil || now - _quietSince < needed) { return; }
        Step--;
        (_climbing, _quietSince, _lastUp) = (true, now, now);
    }
}
