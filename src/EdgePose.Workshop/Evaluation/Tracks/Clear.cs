namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>The CLEAR measures of a sequence.</summary>
internal sealed record ClearScores
{
    public required int TruePositives { get; init; }
    public required int FalseNegatives { get; init; }
    public required int FalsePositives { get; init; }
    public required int IdSwitches { get; init; }
    public required int Fragments { get; init; }
    public required int MostlyTracked { get; init; }
    public required int PartlyTracked { get; init; }
    public required int MostlyLost { get; init; }
    public required double SimilaritySum { get; init; }

    public double Mota => (TruePositives - FalsePositives - IdSwitches) / Math.Max(1.0, TruePositives + FalseNegatives);
    public double Moda => (TruePositives - FalsePositives) / Math.Max(1.0, TruePositives + FalseNegatives);
    public double Motp => SimilaritySum / Math.Max(1.0, TruePositives);
    public double SoftMota => (SimilaritySum - FalsePositives - IdSwitches) / Math.Max(1.0, TruePositives + FalseNegatives);
}

/// <summary>
/// CLEAR MOT (K. Bernardin and R. Stiefelhagen, 2008) as JonathonLuiten/TrackEval:trackeval/metrics/clear.py counts it: whoever was
/// paired in the frame before stays paired while the similarity allows it, the rest is paired for the largest sum.
/// </summary>
internal sealed class Clear
{
    private const double Threshold = 0.5;
    private const double Continued = 1000;

    private readonly TrackingSequence _sequence;
    private readonly int[] _last, _before, _matched, _starts;
    private int _hits, _missed, _extra, _switches;
    private double _similarity;

    private Clear(TrackingSequence sequence)
    {
        _sequence = sequence;
        var people = sequence.TruthFrames.Length;
        (_last, _before, _matched, _starts) = (new int[people], new int[people], new int[people], new int[people]);
        Array.Fill(_last, -1);
        Array.Fill(_before, -1);
    }

    public static ClearScores Of(TrackingSequence sequence)
    {
        var clear = new Clear(sequence);
        for (var f = 0; f < sequence.Frames.Count; f++) { clear.Add(f); }
        return clear.Scores();
    }

    private void Add(int f)
    {
        var (frame, truth, tracks) = (_sequence.Frames[f], _sequence.Truth[f], _sequence.Tracks[f]);
        if (truth.Length == 0 || tracks.Length == 0)
        {
            // The pairs of the frame before stay remembered: TrackEval skips such a frame completely.
            _missed += truth.Length;
            _extra += tracks.Length;
            return;
        }
        var score = new double[truth.Length * tracks.Length];
        for (var g = 0; g < truth.Length; g++)
        {
            for (var t = 0; t < tracks.Length; t++)
            {
                if (frame[g, t] < Threshold - TrackingFrame.Epsilon) { continue; }
                score[g * tracks.Length + t] = frame[g, t] + (_before[truth[g]] == tracks[t] ? Continued : 0);
            }
        }
        Count(frame, truth, tracks, score, BestPairs.Find(score, truth.Length, tracks.Length));
    }

    private void Count(TrackingFrame frame, int[] truth, int[] tracks, double[] score, int[] pairs)
    {
        var now = new int[_before.Length];
        Array.Fill(now, -1);
        var hits = 0;
        for (var g = 0; g < truth.Length; g++)
        {
            var t = pairs[g];
            if (t < 0 || score[g * tracks.Length + t] <= TrackingFrame.Epsilon) { continue; }
            var (person, track) = (truth[g], tracks[t]);
            if (_last[person] >= 0 && _last[person] != track) { _switches++; }
            if (_before[person] < 0) { _starts[person]++; }
            (_last[person], now[person]) = (track, track);
            _matched[person]++;
            _similarity += frame[g, t];
            hits++;
        }
        now.CopyTo(_before, 0);
        _hits += hits;
        _missed += truth.Length - hits;
        _extra += tracks.Length - hits;
    }

    private ClearScores Scores()
    {
        var shares = _matched.Select((n, g) => (double)n / _sequence.TruthFrames[g]).ToArray();
        var mostly = shares.Count(s => s > 0.8);
        var partly = shares.Count(s => s >= 0.2) - mostly;
        return new ClearScores
        {
            TruePositives = _hits, FalseNegatives = _missed, FalsePositives = _extra, IdSwitches = _switches,
            Fragments = _starts.Sum(n => Math.Max(0, n - 1)), MostlyTracked = mostly, PartlyTracked = partly,
            MostlyLost = shares.Length - mostly - partly, SimilaritySum = _similarity,
        };
    }
}
