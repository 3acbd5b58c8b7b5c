using EdgePose.Networks.Runtime;
using EdgePose.Service.Observe;

namespace EdgePose.Workshop.Bench;

/// <summary>What every frame of a run took. Filled on the inference thread without allocating; frames beyond the capacity are not kept.</summary>
internal sealed class FrameSamples(int capacity)
{
    private readonly float[] _age = new float[capacity], _stages = new float[capacity * StageClock.Stages];
    private readonly short[] _people = new short[capacity];
    private volatile bool _recording;
    private int _count;
    private long _allocatedAtFirst, _allocatedAtLast;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes that the inference thread allocated from the first to the last frame, per frame.</summary>
    public double AllocatedPerFrame => Count > 1 ? (double)(_allocatedAtLast - _allocatedAtFirst) / (Count - 1) : 0;

    public void Start() => _recording = true;

    public void Stop() => _recording = false;

    public void Add(FrameFacts facts)
    {
        if (!_recording || _count == capacity) { return; }
        var i = _count;
        _allocatedAtLast = GC.GetAllocatedBytesForCurrentThread();
        if (i == 0) { _allocatedAtFirst = _allocatedAtLast; }
        (_age[i], _people[i]) = ((float)facts.Age.TotalMilliseconds, (short)facts.People);
        for (var s = 0; s < StageClock.Stages; s++) { _stages[i * StageClock.Stages + s] = (float)facts.Clock[(FrameStage)s].TotalMilliseconds; }
        Volatile.Write(ref _count, i + 1);
    }

    public Spread Ages() => Statistics.Spread(_age.Take(Count).Select(a => (double)a));

    public Spread Services() => Statistics.Spread(Enumerable.Range(0, Count).Select(Service));

    public IReadOnlyList<StageCost> Stages()
    {
        var all = Enumerable.Range(0, Count).Sum(Service);
        return [.. Enum.GetValues<FrameStage>().Select(stage =>
        {
            List<double> spent = [.. Enumerable.Range(0, Count).Select(i => (double)_stages[i * StageClock.Stages + (int)stage]).Where(ms => ms > 0)];
            return new StageCost(Words.Snake(stage), spent.Count, Statistics.Spread(spent), Statistics.Round(all > 0 ? spent.Sum() / all : 0));
        })];
    }

    /// <summary>By the number of people in view, as far as there are enough frames to say.</summary>
    public IReadOnlyList<PeopleCost> ByPeople(int least, string how) =>
        [.. Enumerable.Range(0, Count).GroupBy(i => _people[i]).Where(g => g.Count() >= least).OrderBy(g => g.Key)
            .Select(g => new PeopleCost(g.Key, Statistics.Round(1000 / g.Average(Service)), g.Count(), how))];

    private double Service(int i)
    {
        var sum = 0.0;
        for (var s = 0; s < StageClock.Stages; s++) { sum += _stages[i * StageClock.Stages + s]; }
        return sum;
    }
}
