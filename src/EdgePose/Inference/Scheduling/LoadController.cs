namespace EdgePose.Inference.Scheduling;

/// <summary>
/// Decides on which rung of the ladder a device stands. Called every <see cref="Period"/>; moves one rung at a time. Down: at once when the
/// load is more than twice the target, after two looks in a row otherwise. Up: after three quiet seconds, then rung by rung while it stays
/// quiet. An attempt to go up that does not last is not repeated for half a minute, then a minute, and so on, unless the load has
/// fallen meanwhile: so there is at most one oscillation in thirty seconds, also for a load that fits between two rungs.
/// </summary>
internal sealed class LoadController(double targetUtilisation, int lastStep)
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Quiet means below this part of the targets.</summary>
    private const double QuietPart = 0.75;

    /// <summary>Far from a target, either way.</summary>
    private const double Far = 2;
    private const double QuietAge = 0.6;
    private static readonly TimeSpan FirstQuiet = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NextQuiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestBar = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestBar = TimeSpan.FromMinutes(5);

    /// <summary>How far the load must have fallen for a barred attempt to be worth another try.</summary>
    private const double ClearlyLess = 0.7;

    private int _highLooks;
    private bool _climbing;
    private TimeSpan _quietSince = TimeSpan.MaxValue;
    private TimeSpan _lastUp = TimeSpan.MinValue, _barredUntil = TimeSpan.MinValue;
    private TimeSpan _bar = ShortestBar;
    private double _loadAtLastUp;

    /// <summary>0 = full quality.</summary>
    public int Step { get; private set; }

    /// <summary>Changes of <see cref="Step"/> so far.</summary>
    public long Changes { get; private set; }

    /// <summary>True for a load that would leave room for more quality.</summary>
    public bool IsQuiet(double utilisation, double age) => utilisation < QuietPart * targetUtilisation && age < QuietAge;

    /// <summary>Judges one look; true when the rung has changed.</summary>
    /// <param name="utilisation">Demanded seconds of inference per second, which may be above 1.</param>
    /// <param name="age">95th percentile of the frame ages, or of their waiting times, relative to what is wanted.</param>
    /// <param name="now">Time since some fixed instant; rises.</param>
    public bool Look(double utilisation, double age, TimeSpan now)
    {
        var before = Step;
        if (utilisation > targetUtilisation || age > 1) { LookHigh(utilisation, age, now); }
        else if (IsQuiet(utilisation, age)) { LookQuiet(utilisation, now); }
        else { (_highLooks, _quietSince, _climbing) = (0, TimeSpan.MaxValue, false); }
        if (Step != before) { Changes++; }
        return Step != before;
    }

    private void LookHigh(double utilisation, double age, TimeSpan now)
    {
        (_quietSince, _climbing) = (TimeSpan.MaxValue, false);
        _highLooks++;
        var far = utilisation > Far * targetUtilisation || age > Far;
        if (Step == lastStep || (!far && _highLooks < 2)) { return; }
        Step++;
        _highLooks = 0;
        if (_lastUp == TimeSpan.MinValue) { return; }
        if (now - _lastUp <= ShortestBar)
        {
            _barredUntil = now + _bar;
            _bar = TimeSpan.FromTicks(Math.Min(2 * _bar.Ticks, LongestBar.Ticks));
        }
        else { _bar = ShortestBar; }
        _lastUp = TimeSpan.MinValue;
    }

    private void LookQuiet(double utilisation, TimeSpan now)
    {
        _highLooks = 0;
        if (Step == 0) { return; }
        if (_quietSince == TimeSpan.MaxValue) { _quietSince = now; }
        var far = utilisation * Far < QuietPart * targetUtilisation;
        var needed = !_climbing ? FirstQuiet : far ? TimeSpan.Zero : NextQuiet;
        var barred = now < _barredUntil && utilisation > ClearlyLess * _loadAtLastUp;
        if (barred || now - _quietSince < needed) { return; }
        Step--;
        (_climbing, _quietSince, _lastUp, _loadAtLastUp) = (true, now, now, utilisation);
    }
}
