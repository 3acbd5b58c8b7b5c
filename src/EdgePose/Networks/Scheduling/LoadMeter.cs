using EdgePose.Networks.Estimation;

namespace EdgePose.Networks.Scheduling;

/// <summary>
/// What a frame of each stream costs on the present rung of the ladder. Times the rate at which frames arrive this gives the load that
/// the streams demand, which is 4 for a device that can serve a quarter of its frames; busy time would say 1. Every change of the rung
/// teaches what that rung is worth, so that the way back is taken when it is expected to fit.
/// </summary>
internal sealed class LoadMeter(int rungs)
{
    /// <summary>Looks after which a new rung is judged by whatever is known.</summary>
    private const int LongestWait = 4;

    /// <summary>Looks after which the worth of a rung is forgotten, five minutes: people come and go, and the rungs' worth with them.</summary>
    private const int Memory = 600;

    /// <summary>No rung makes a frame four times cheaper; what seems to is a load that fell at the same time.</summary>
    private const double CheapestRung = 0.25;

    /// <summary>Looks, three seconds, after which the worth of a rung is believed: a detector that runs less often must have run.</summary>
    private const int LooksToLearn = 6;

    /// <summary>Frames that mean costs reach back, times the periods of the rung: twice the usual period of a detector.</summary>
    private const int FramesRemembered = 10;

    /// <summary>What a rung up is taken to cost, relative to the one below, until it has been seen.</summary>
    private const double CostlierRung = 2;

    // Cost of rung k + 1 relative to rung k, and the look at which it was learned.
    private readonly (double Worth, long Look)[] _worths = new (double, long)[rungs];
    private double _seen, _expected, _utilisationBefore;
    private int _frames, _looksHere, _direction, _step;
    private int _detectorFactor = 1;
    private long _looks;
    private bool _learned = true, _formerIsBrief;

    /// <summary>Pose period of the present rung.</summary>
    public int PosePeriod { get; private set; } = 1;

    /// <summary>False while costs of a new rung are guesses: all streams together have not had two pose periods yet.</summary>
    public bool IsKnown => _direction == 0 || IsSeen || _looksHere >= LongestWait;

    /// <summary>True when the rung before was a cheaper one.</summary>
    public bool WentUp => _direction > 0;

    private bool IsSeen => _frames >= 2 * PosePeriod;

    private double Factor => IsSeen ? _seen / _expected : WentUp && !IsKnown ? CostlierRung : 1;

    /// <summary>Enters a processed frame of a stream.</summary>
    public void Add(CostMeter stream, double seconds)
    {
        stream.Add(seconds, FramesRemembered * PosePeriod * _detectorFactor);
        if (stream.Former <= 0) { return; }
        _seen += seconds;
        _expected += stream.Former;
        _frames++;
    }

    /// <summary>To be called once a look.</summary>
    public void CountLook()
    {
        _looks++;
        _looksHere++;
        if (_looksHere >= LooksToLearn && IsSeen) { Learn(); }
    }

    /// <summary>Mean seconds of a frame of this stream; one that was not seen since the change shares the others' fate.</summary>
    public double Cost(CostMeter stream) => stream.Mean(PosePeriod) ?? stream.Former * Factor;

    /// <summary>What <paramref name="utilisation"/> would be on the rung above; itself when that was never seen.</summary>
    public double OneUp(double utilisation)
    {
        if (_step == 0) { return utilisation; }
        var (worth, look) = _worths[_step - 1];
        return worth > 0 && _looks - look < Memory ? utilisation / worth : utilisation;
    }

    /// <summary>The rung changes.</summary>
    /// <param name="streams">Every stream of the device.</param>
    /// <param name="utilisation">At the end of the former rung.</param>
    /// <param name="step">The new rung.</param>
    /// <param name="posePeriod">Its pose period.</param>
    /// <param name="detectorFactor">Its factor of the detector's period.</param>
    public void EnterStep(IEnumerable<CostMeter> streams, double utilisation, int step, int posePeriod, int detectorFactor)
    {
        if (IsSeen) { Learn(); }
        if (WentUp && step > _step) { LearnFromFailure(utilisation); }
        var factor = Factor;
        foreach (var stream in streams) { stream.EnterStep(PosePeriod, factor); }
        (PosePeriod, _detectorFactor, _direction, _step) = (posePeriod, detectorFactor, _step - step, step);
        _utilisationBefore = utilisation;
        _formerIsBrief = _looksHere < LooksToLearn;
        (_seen, _expected, _frames, _looksHere, _learned) = (0, 0, 0, 0, false);
    }

    /// <summary>A way up that had to be taken back says more than the costs of its few frames; but the load may have risen by itself.</summary>
    private void LearnFromFailure(double utilisation)
    {
        if (utilisation <= 0) { return; }
        var worth = Math.Clamp(_utilisationBefore / utilisation, 1 / CostlierRung, 1);
        var (known, look) = _worths[_step];
        _worths[_step] = (known > 0 && _looks - look < Memory ? Math.Min(known, worth) : worth, _looks);
    }

    private void Learn()
    {
        if (_learned || _seen <= 0 || _expected <= 0) { return; }
        _learned = true;
        var (rung, worth) = WentUp ? (_step, _expected / _seen) : (_step - 1, _seen / _expected);
        // Costs of a rung that was only passed through are those of a moment.
        var brief = _formerIsBrief || _looksHere < LooksToLearn;
        worth = Math.Clamp(worth, brief ? 1 / CostlierRung : CheapestRung, 1);
        var (former, look) = _worths[rung];
        _worths[rung] = (former > 0 && _looks - look < Memory ? (former + worth) / 2 : worth, _looks);
    }
}
