using EdgePose.Tracking;

namespace EdgePose.Tests.Tracking;

/// <summary>CLEAR and Identity figures of one sequence, counted as TrackEval counts them
/// (JonathonLuiten/TrackEval:trackeval/metrics/{clear,identity}.py).</summary>
internal sealed class TrackingMetrics
{
    private const double Threshold = 0.5;
    private readonly Assignment _assignment = new();
    private readonly Dictionary<int, long> _lastMatch = [];
    private Dictionary<int, long> _previous = [];
    private readonly Dictionary<(int, long), int> _potential = [];
    private readonly Dictionary<int, int> _truthFrames = [], _starts = [], _matched = [];
    private readonly Dictionary<long, int> _trackFrames = [];
    private double _similarity;

    public int TruePositives { get; private set; }
    public int FalseNegatives { get; private set; }
    public int FalsePositives { get; private set; }
    public int Switches { get; private set; }
    public int Fragments => _starts.Values.Sum(n => n - 1);
    public double Mota => (TruePositives - FalsePositives - Switches) / Math.Max(1.0, TruePositives + FalseNegatives);
    public double Motp => _similarity / Math.Max(1, TruePositives);
    public double Recall => TruePositives / Math.Max(1.0, TruePositives + FalseNegatives);
    public int MostlyTracked => _truthFrames.Count(t => _matched.GetValueOrDefault(t.Key) > 0.8 * t.Value);

    /// <summary>Adds a frame; <paramref name="similarity"/> is indexed [truth, track], 0..1.</summary>
    public void Add(IReadOnlyList<int> truth, IReadOnlyList<long> tracks, Func<int, int, double> similarity)
    {
        foreach (var g in truth) { _truthFrames[g] = _truthFrames.GetValueOrDefault(g) + 1; }
        foreach (var t in tracks) { _trackFrames[t] = _trackFrames.GetValueOrDefault(t) + 1; }
        if (truth.Count == 0 || tracks.Count == 0)
        {
            FalseNegatives += truth.Count;
            FalsePositives += tracks.Count;
            return;
        }
        var cost = new float[truth.Count * tracks.Count];
        for (var i = 0; i < truth.Count; i++)
        {
            for (var j = 0; j < tracks.Count; j++)
            {
                var s = similarity(i, j);
                if (s < Threshold - 1e-9) { continue; }
                _potential[(truth[i], tracks[j])] = _potential.GetValueOrDefault((truth[i], tracks[j])) + 1;
                var kept = _previous.TryGetValue(truth[i], out var before) && before == tracks[j];
                cost[i * tracks.Count + j] = -(float)(s + (kept ? 1000 : 0));
            }
        }
        var columns = new int[truth.Count];
        _assignment.Solve(cost, truth.Count, tracks.Count, 0, columns);
        Count(truth, tracks, similarity, columns);
    }

    private void Count(IReadOnlyList<int> truth, IReadOnlyList<long> tracks, Func<int, int, double> similarity, int[] columns)
    {
        var now = new Dictionary<int, long>();
        for (var i = 0; i < truth.Count; i++)
        {
            if (columns[i] < 0) { continue; }
            var (g, t) = (truth[i], tracks[columns[i]]);
            if (_lastMatch.TryGetValue(g, out var last) && last != t) { Switches++; }
            if (!_previous.ContainsKey(g)) { _starts[g] = _starts.GetValueOrDefault(g) + 1; }
            _lastMatch[g] = now[g] = t;
            _matched[g] = _matched.GetValueOrDefault(g) + 1;
            _similarity += similarity(i, columns[i]);
        }
        _previous = now;
        TruePositives += now.Count;
        FalseNegatives += truth.Count - now.Count;
        FalsePositives += tracks.Count - now.Count;
    }

    /// <summary>Identity true positives of the best one-to-one mapping of people to tracks over the whole sequence.</summary>
    public int IdentityTruePositives
    {
        get
        {
            var (truth, tracks) = (_truthFrames.Keys.ToArray(), _trackFrames.Keys.ToArray());
            var cost = new float[truth.Length * tracks.Length];
            for (var i = 0; i < truth.Length; i++)
            {
                for (var j = 0; j < tracks.Length; j++) { cost[i * tracks.Length + j] = -_potential.GetValueOrDefault((truth[i], tracks[j])); }
            }
            var columns = new int[truth.Length];
            _assignment.Solve(cost, truth.Length, tracks.Length, 0, columns);
            return Enumerable.Range(0, truth.Length).Where(i => columns[i] >= 0).Sum(i => _potential[(truth[i], tracks[columns[i]])]);
        }
    }

    public double Idf1 => 2.0 * IdentityTruePositives / Math.Max(1, _truthFrames.Values.Sum() + _trackFrames.Values.Sum());
}
