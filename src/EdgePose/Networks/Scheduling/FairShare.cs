namespace EdgePose.Networks.Scheduling;

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
        /// <summary>
        /// A frame is charged at most this many times the usual: during a longer one the machine was busy with something else, which is
        /// not the stream's doing and would otherwise cost it its share for a minute. Detectors and poses that run now and then stay below.
        /// </summary>
        private const double LongestCharge = 8;
        private const double Memory = 1 / 16.0;

        /// <summary>Frames whose smallest is the usual one in the beginning.</summary>
        private const int YoungFrames = 4;
        private int _frames;
        private double _usual;

        public double Weight { get; } = weight;

        /// <summary>Virtual seconds.</summary>
        public double Tag { get; internal set; }

        /// <summary>Seconds of a usual frame; null until enough were seen.</summary>
        public double? Usual => _frames >= YoungFrames ? _usual : null;

        /// <summary>Charges the stream for a frame.</summary>
        /// <param name="seconds">Service time.</param>
        /// <param name="usualOfOthers">Seconds of a usual frame on this device, for a stream that has none yet; 0 = unknown: the frame is free.</param>
        public void Charge(double seconds, double usualOfOthers)
        {
            var charged = Math.Min(seconds, LongestCharge * (Usual ?? usualOfOthers));
            _usual = _frames == 0 ? seconds : _frames < YoungFrames ? Math.Min(_usual, seconds) : _usual + (charged - _usual) * Memory;
            _frames = Math.Min(_frames + 1, YoungFrames);
            Tag += charged / Weight;
        }
    }

    /// <summary>
    /// The stream has nothing to do at the moment. What it is behind the others it keeps up to <paramref name="credit"/>: under overload a
    /// stream that let others pass within a round and is empty for an instant must not lose its turn.
    /// </summary>
    public void Idle(Place place, double credit) => place.Tag = Math.Max(place.Tag, _now - credit);

    /// <summary>Moves the virtual time on; <paramref name="leastTag"/> is the smallest tag among the streams with a frame.</summary>
    public void Advance(double leastTag) => _now = Math.Max(_now, leastTag);
}
