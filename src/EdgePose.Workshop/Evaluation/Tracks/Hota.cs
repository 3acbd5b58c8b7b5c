namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>The HOTA family of a sequence: means over the nineteen thresholds, and HOTA at each of them.</summary>
internal sealed record HotaScores(
    double Hota, double DetA, double AssA, double DetRe, double DetPr, double AssRe, double AssPr, double LocA, IReadOnlyList<double> PerThreshold);

/// <summary>
/// Higher order tracking accuracy (J. Luiten et al., IJCV 2021) as JonathonLuiten/TrackEval:trackeval/metrics/hota.py computes it:
/// thresholds .05 ... .95 on the similarity, pairs chosen once per frame for detection and association together.
/// </summary>
internal sealed class Hota
{
    private readonly TrackingSequence _sequence;
    private readonly int _tracks;
    private readonly double[] _alignment;
    private readonly int[][] _common;
    private readonly double[] _hits, _similarity;
    private int _truthTotal, _trackTotal;

    private Hota(TrackingSequence sequence)
    {
        (_sequence, _tracks) = (sequence, sequence.TrackFrames.Length);
        _alignment = new double[sequence.TruthFrames.Length * _tracks];
        _common = [.. Thresholds.Select(_ => new int[_alignment.Length])];
        (_hits, _similarity) = (new double[Thresholds.Length], new double[Thresholds.Length]);
    }

    public static double[] Thresholds { get; } = [.. Enumerable.Range(0, 19).Select(i => 0.05 + i * 0.05)];

    public static HotaScores Of(TrackingSequence sequence)
    {
        var hota = new Hota(sequence);
        hota.Align();
        for (var f = 0; f < sequence.Frames.Count; f++) { hota.Match(f); }
        return hota.Scores();
    }

    // How well each person and each track fit over the whole sequence.
    private void Align()
    {
        for (var f = 0; f < _sequence.Frames.Count; f++)
        {
            var (frame, truth, tracks) = (_sequence.Frames[f], _sequence.Truth[f], _sequence.Tracks[f]);
            var rows = Enumerable.Range(0, truth.Length).Select(g => Enumerable.Range(0, tracks.Length).Sum(t => frame[g, t])).ToArray();
            var columns = Enumerable.Range(0, tracks.Length).Select(t => Enumerable.Range(0, truth.Length).Sum(g => frame[g, t])).ToArray();
            for (var g = 0; g < truth.Length; g++)
            {
                for (var t = 0; t < tracks.Length; t++)
                {
                    var union = rows[g] + columns[t] - frame[g, t];
                    if (union > TrackingFrame.Epsilon) { _alignment[truth[g] * _tracks + tracks[t]] += frame[g, t] / union; }
                }
            }
        }
        for (var g = 0; g < _sequence.TruthFrames.Length; g++)
        {
            for (var t = 0; t < _tracks; t++)
            {
                var potential = _alignment[g * _tracks + t];
                _alignment[g * _tracks + t] = potential / (_sequence.TruthFrames[g] + _sequence.TrackFrames[t] - potential);
            }
        }
    }

    private void Match(int f)
    {
        var (frame, truth, tracks) = (_sequence.Frames[f], _sequence.Truth[f], _sequence.Tracks[f]);
        _truthTotal += truth.Length;
        _trackTotal += tracks.Length;
        if (truth.Length == 0 || tracks.Length == 0) { return; }
        var score = new double[truth.Length * tracks.Length];
        for (var g = 0; g < truth.Length; g++)
        {
            for (var t = 0; t < tracks.Length; t++) { score[g * tracks.Length + t] = _alignment[truth[g] * _tracks + tracks[t]] * frame[g, t]; }
        }
        var pairs = BestPairs.Find(score, truth.Length, tracks.Length);
        for (var g = 0; g < truth.Length; g++)
        {
            if (pairs[g] < 0) { continue; }
            var similarity = frame[g, pairs[g]];
            for (var a = 0; a < Thresholds.Length; a++)
            {
                if (similarity < Thresholds[a] - TrackingFrame.Epsilon) { break; }
                _hits[a]++;
                _similarity[a] += similarity;
                _common[a][truth[g] * _tracks + tracks[pairs[g]]]++;
            }
        }
    }

    private HotaScores Scores()
    {
        var n = Thresholds.Length;
        var (hota, detA, assA) = (new double[n], new double[n], new double[n]);
        var (detRe, detPr, assRe, assPr, locA) = (new double[n], new double[n], new double[n], new double[n], new double[n]);
        for (var a = 0; a < n; a++)
        {
            var hits = _hits[a];
            detA[a] = hits / Math.Max(1, _truthTotal + _trackTotal - hits);
            (detRe[a], detPr[a]) = (hits / Math.Max(1, _truthTotal), hits / Math.Max(1, _trackTotal));
            (assA[a], assRe[a], assPr[a]) = Association(_common[a], hits);
            locA[a] = Math.Max(1e-10, _similarity[a]) / Math.Max(1e-10, hits);
            hota[a] = Math.Sqrt(detA[a] * assA[a]);
        }
        return new HotaScores(
            hota.Average(), detA.Average(), assA.Average(), detRe.Average(), detPr.Average(), assRe.Average(), assPr.Average(), locA.Average(), hota);
    }

    private (double Accuracy, double Recall, double Precision) Association(int[] common, double hits)
    {
        var (accuracy, recall, precision) = (0.0, 0.0, 0.0);
        for (var g = 0; g < _sequence.TruthFrames.Length; g++)
        {
            for (var t = 0; t < _tracks; t++)
            {
                double m = common[g * _tracks + t];
                if (m == 0) { continue; }
                var (people, tracks) = (_sequence.TruthFrames[g], _sequence.TrackFrames[t]);
                accuracy += m * m / Math.Max(1, people + tracks - m);
                recall += m * m / Math.Max(1, people);
                precision += m * m / Math.Max(1, tracks);
            }
        }
        var all = Math.Max(1, hits);
        return (accuracy / all, recall / all, precision / all);
    }
}
