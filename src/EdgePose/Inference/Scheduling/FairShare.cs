namespace EdgePose.Inference.Scheduling;

/// <summary>
/// Start-time fair queueing (Goyal, Vin, Cheng: "Start-time fair queuing", SIGCOMM 1996) in seconds of inference: each stream has a tag
/// that grows by its service time divided by its weight, and whoever has the smallest tag is next. Two streams that always have a frame
/// get time in the ratio of their weights, whatever a frame of each costs; the costs need not be known beforehand. Whoever had nothing to
/// do for a while has saved up no more than one turn.
/// </summary>
internal sealed class FairShare
{
    private double _now;

    /// <summary>The place of one stream in the order.</summary>
    internal sealed class Place(double weight)
    {
        public double Weight { get; } = weight;

        /// <summary>Virtual seconds.</summary>
        public double Tag { get; internal set; }

        /// <summary>Charges the stream for a frame.</summary>
        /// <param name="seconds">Service time.</param>
        public void Charge(double seconds) => Tag += seconds / Weight;
    }

    /// <summary>
    /// The stream has nothing to do at the moment. What it is behind the others it keeps up to <paramref name="credit"/>: under overload a
    /// stream that let others pass within a round and is empty for an instant must not lose its turn.
    /// </summary>
    public void Rest(Place place, double credit) => place.Tag = Math.Max(place.Tag, _now - credit);

    /// <summary>Moves the virtual time on; <paramref name="leastTag"/> is the smallest tag among the streams with a frame.</summary>
    public void Advance(double leastTag) => _now = Math.Max(_now, leastTag);
}
