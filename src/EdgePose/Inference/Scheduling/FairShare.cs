namespace EdgePose.Inference.Scheduling;

/// <summary>
/// Start-time fair queueing (Goyal, Vin, Cheng: "Start-time fair queuing", SIGCOMM 1996) in seconds of inference: each stream has a tag
/// that grows by its service time divided by its weight, and whoever has the smallest tag is next. Two streams that always have a frame
/// get time in the ratio of their weights, whatever a frame of each costs; the costs need not be known beforehand. Whoever had nothing to
/// do for a while has saved nothing up.
/// </summary>
internal sealed class FairShare
{
    private const double CostMemory = 1 / 32.0;
    private double _now;
    private double _meanCost;

    /// <summary>The place of one stream in the order.</summary>
    internal sealed class Place(double weight)
    {
        public double Weight { get; } = weight;

        /// <summary>Virtual seconds.</summary>
        public double Tag { get; internal set; }
    }

    /// <summary>Tags within this distance count as equal: half of a mean frame, so that nobody is served twice in one round.</summary>
    public double Tolerance => _meanCost / 2;

    /// <summary>The stream has nothing to do at the moment.</summary>
    public void Rest(Place place) => place.Tag = Math.Max(place.Tag, _now);

    /// <summary>Moves the virtual time on; <paramref name="leastTag"/> is the smallest tag among the streams with a frame.</summary>
    public void Advance(double leastTag) => _now = Math.Max(_now, leastTag);

    /// <summary>Charges a stream for its frame.</summary>
    /// <param name="place">The stream.</param>
    /// <param name="seconds">Service time.</param>
    public void Charge(Place place, double seconds)
    {
        var cost = seconds / place.Weight;
        place.Tag += cost;
        _meanCost = _meanCost == 0 ? cost : _meanCost + (cost - _meanCost) * CostMemory;
    }
}
