using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Scheduling;

/// <summary>
/// A device with its streams in simulated time: the product's slots, lanes and scheduler, driven by one thread. Cameras deliver while a
/// frame is in work, as they do in life. Nothing depends on the speed of the machine.
/// </summary>
internal sealed class DeviceSimulation
{
    private readonly ClockFromZero _time = new();
    private readonly List<Camera> _cameras = [];
    private DeviceScheduler? _scheduler;
    private double _carry;

    public SchedulingSettings Options { get; init; } = new();
    public IReadOnlyList<Camera> Cameras => _cameras;
    public FakeTimeProvider Time => _time;
    public TimeSpan Now => _time.GetUtcNow() - _time.Start;

    /// <summary>Every processed frame in order.</summary>
    public List<Served> Frames { get; } = [];

    /// <summary>Time and rung of every change.</summary>
    public List<(TimeSpan At, int Step)> Steps { get; } = [];

    /// <summary>Largest number of frames that any stream had waiting at once.</summary>
    public int LongestQueue { get; private set; }
    public DeviceLoad Load => _scheduler!.Load;

    /// <param name="fps">Frames per second; 0 = a recording that always has one ready.</param>
    /// <param name="cost">Seconds of the frame with this number, counted from 0 among the processed ones, at this quality.</param>
    /// <param name="options">Weight and age.</param>
    /// <param name="phase">Part of the interval by which the first frame is late.</param>
    /// <param name="jitter">Part of the interval by which frames come early or late at random.</param>
    public Camera Add(double fps, Func<Quality, long, double> cost, ScheduledStreamSettings? options = null, double phase = 0, double jitter = 0)
    {
        var camera = new Camera(this, $"s{_cameras.Count}", fps, cost, options, phase, jitter);
        _cameras.Add(camera);
        return camera;
    }

    public void Run(double seconds)
    {
        _scheduler ??= new DeviceScheduler([.. _cameras.Select(c => c.Scheduled)], Options, _time);
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (Now < end)
        {
            if (_scheduler.LookIfDue()) { Steps.Add((Now, _scheduler.Load.Step)); }
            if (_scheduler.TryNext(out var turn)) { Serve(turn); continue; }
            var next = _cameras.Where(c => c.IsOn && c.Fps > 0).Select(c => c.NextAt).Append(Now + TimeSpan.FromMilliseconds(100)).Append(end).Min();
            AdvanceTo(next > Now ? next : Now + TimeSpan.FromTicks(1));
        }
    }

    /// <summary>Passes time on; cameras deliver what falls due.</summary>
    public void AdvanceTo(TimeSpan target)
    {
        while (true)
        {
            Camera? due = null;
            foreach (var camera in _cameras)
            {
                if (camera is { IsOn: true, Fps: > 0 } && camera.NextAt <= target && (due is null || camera.NextAt < due.NextAt)) { due = camera; }
            }
            if (due is null) { break; }
            if (due.NextAt > Now) { _time.Advance(due.NextAt - Now); }
            due.Deliver();
        }
        if (target > Now) { _time.Advance(target - Now); }
    }

    /// <summary>Work of the present frame; parts of a tick are carried on.</summary>
    internal void Work(double seconds)
    {
        var ticks = seconds * TimeSpan.TicksPerSecond + _carry;
        _carry = ticks - Math.Floor(ticks);
        AdvanceTo(Now + TimeSpan.FromTicks((long)ticks));
    }

    private void Serve(in ScheduledFrame turn)
    {
        var lane = turn.State.Stream;
        var (started, wait) = (Now, Now - TimeSpan.FromTicks(turn.CapturedTicks));
        var outcome = FrameOutcome.Processed;
        try { lane.Run(turn.Frame, _time); }
        catch (RunDeadlineException) { outcome = FrameOutcome.Missed; lane.CountMissed(); }
        finally { turn.Frame.Dispose(); }
        _scheduler!.Finish(turn, outcome);
        LongestQueue = Math.Max(LongestQueue, _cameras.Max(c => c.Scheduled.Slot.Account.Waiting));
        if (outcome == FrameOutcome.Processed)
        {
            Frames.Add(new Served(lane.Id, Now, (wait + Now - started).TotalSeconds, (Now - started).TotalSeconds, lane.Quality));
        }
    }

    /// <summary>A processed frame: when it was done, its age then and its service time in seconds.</summary>
    internal readonly record struct Served(string Stream, TimeSpan At, double Age, double Service, Quality Quality);

    internal sealed class Camera
    {
        private readonly DeviceSimulation _device;
        private readonly Func<Quality, long, double> _cost;
        private readonly Random _random;
        private readonly double _jitter, _phase;
        private long _processed, _sequence, _epochFrames;
        private int _epoch = 1;
        private TimeSpan _epochStart;

        public Camera(DeviceSimulation device, string id, double fps, Func<Quality, long, double> cost, ScheduledStreamSettings? options, double phase, double jitter)
        {
            (_device, _cost, _jitter, _phase, Fps) = (device, cost, jitter, phase, fps);
            _random = new Random(1000 + device._cameras.Count);
            Slot = new FrameSlot(fps > 0 ? FullPolicy.NewestWins : FullPolicy.Wait);
            Scheduled = new ScheduledStream(id, Slot, Process, options);
            SetNext();
            if (fps == 0) { Deliver(); }
        }

        public double Fps { get; private set; }
        public FrameSlot Slot { get; }
        public ScheduledStream Scheduled { get; }
        public bool IsOn { get; private set; } = true;
        public TimeSpan NextAt { get; private set; }

        /// <summary>Multiplies the cost of every frame from now on.</summary>
        public double Slowdown { get; set; } = 1;

        public FrameAccount Account => Slot.Account;

        public void TurnOff() => IsOn = false;

        /// <summary>Begins to deliver, in a new epoch, at another rate if one is given.</summary>
        public void TurnOn(double? fps = null)
        {
            (IsOn, _epochStart, _epochFrames, Fps) = (true, _device.Now, 0, fps ?? Fps);
            _epoch++;
            SetNext();
        }

        public void Deliver()
        {
            var now = _device.Time.GetTimestamp();
            Slot.Put(new Frame(1, 1) { Info = new FrameInfo(Scheduled.Id, _epoch, _sequence++, now, default) }, CancellationToken.None);
            if (Fps > 0) { SetNext(); }
        }

        private void SetNext()
        {
            if (Fps <= 0) { return; }
            var at = (_epochFrames++ + _phase + _jitter * (_random.NextDouble() - 0.5)) / Fps;
            NextAt = _epochStart + TimeSpan.FromSeconds(Math.Max(0, at));
        }

        private void Process(Frame frame)
        {
            _device.Work(_cost(Scheduled.Quality, _processed++) * Slowdown);
            if (Fps == 0) { Deliver(); }
        }
    }
}

/// <summary>Service times of a stream as the product has them: a detector, a pose per person, and predictions that cost almost nothing.</summary>
internal static class Costs
{
    /// <summary>The same for every frame, whatever the quality.</summary>
    public static Func<Quality, long, double> Fixed(double seconds) => (_, _) => seconds;

    /// <summary>Obeys the ladder.</summary>
    /// <param name="people">People in view.</param>
    /// <param name="pose">Seconds per person.</param>
    /// <param name="detector">Seconds per detection.</param>
    /// <param name="detectEvery">Period of the detector at full quality, in measured frames.</param>
    public static Func<Quality, long, double> Stages(int people, double pose, double detector, int detectEvery = 5) => (quality, frame) =>
    {
        const double Prediction = 0.0005;
        if (frame % quality.PosePeriod != 0) { return Prediction; }
        var size = quality.SmallInput ? 0.5 : 1;
        var detects = frame / quality.PosePeriod % (detectEvery * quality.DetectorFactor) == 0;
        return Prediction + size * (Math.Min(people, quality.MaxPeople) * pose + (detects ? detector : 0));
    };
}
