namespace EdgePose.Networks.Scheduling;

/// <summary>
/// Mean seconds of inference per processed frame of one stream. A mean, because on a rung with a pose period most frames cost almost
/// nothing and every N-th one costs all. A change of the rung begins a new mean and remembers the old one.
/// </summary>
internal sealed class CostMeter
{
    /// <summary>Frames that the mean remembers at most.</summary>
    private const int LongestMemory = 36;
    private int _frames;
    private double _mean;

    /// <summary>Mean before the last change of the rung; 0 when unknown.</summary>
    public double Former { get; private set; }

    /// <summary>Mean since the last change of the rung; null until a whole pose period was seen.</summary>
    public double? Mean(int posePeriod) => _frames >= posePeriod ? _mean : null;

    /// <param name="seconds">Service time.</param>
    /// <param name="memory">Frames after which old ones fade.</param>
    public void Add(double seconds, int memory)
    {
        _frames = Math.Min(_frames + 1, Math.Min(memory, LongestMemory));
        _mean += (seconds - _mean) / _frames;
    }

    /// <summary>The rung changes.</summary>
    /// <param name="posePeriod">That of the former rung.</param>
    /// <param name="factor">What became of the costs since the change before, for a stream that has not been seen since.</param>
    public void EnterStep(int posePeriod, double factor)
    {
        Former = Mean(posePeriod) ?? Former * factor;
        (_frames, _mean) = (0, 0);
    }
}
