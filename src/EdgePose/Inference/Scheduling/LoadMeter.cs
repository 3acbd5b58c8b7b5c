namespace EdgePose.Inference.Scheduling;

/// <summary>
/// What a frame of each stream costs on the present rung of the ladder. Times the rate at which frames arrive this gives the load that
/// the streams demand, which is 4 for a device that can serve a quarter of its frames; busy time would say 1.
/// </summary>
internal sealed class LoadMeter
{
    /// <summary>What a rung up is taken to cost until it has been seen: no rung of the ladder more than doubles the costs of a frame.</summary>
    private const double CostlierRung = 2;

    /// <summary>Looks after which a rung is judged by whatever is known.</summary>
    private const int LongestWait = 4;

    private double _seen, _expected;
    private int _frames, _looks;
    private int _direction;

    /// <summary>Pose period of the present rung.</summary>
    public int PosePeriod { get; private set; } = 1;

    /// <summary>False while costs of a new rung are guesses: all streams together have not had two pose periods yet.</summary>
    public bool IsKnown => _direction == 0 || _frames >= 2 * PosePeriod || _looks >= LongestWait;

    /// <summary>True when the rung before was a cheaper one.</summary>
    public bool WentUp => _direction > 0;

    /// <summary>Enters a processed frame of a stream.</summary>
    public void Add(CostMeter stream, double seconds)
    {
        stream.Add(seconds, PosePeriod);
        if (stream.Former <= 0) { return; }
        _seen += seconds;
        _expected += stream.Former;
        _frames++;
    }

    /// <summary>To be called once a look.</summary>
    public void CountLook() => _looks++;

    /// <summary>Mean seconds of a frame of this stream; one that was not seen since the change shares the others' fate.</summary>
    public double Cost(CostMeter stream) => stream.Mean(PosePeriod) ?? stream.Former * Factor;

    private double Factor => _frames >= 2 * PosePeriod ? _seen / _expected : WentUp && !IsKnown ? CostlierRung : 1;

    /// <summary>The rung changes.</summary>
    /// <param name="streams">Every stream of the device.</param>
    /// <param name="posePeriod">Of the new rung.</param>
    /// <param name="up">Towards more quality.</param>
    public void Turn(IEnumerable<CostMeter> streams, int posePeriod, bool up)
    {
        var factor = Factor;
        foreach (var stream in streams) { stream.Turn(PosePeriod, factor); }
        (PosePeriod, _direction, _seen, _expected, _frames, _looks) = (posePeriod, up ? 1 : -1, 0, 0, 0, 0);
    }
}
