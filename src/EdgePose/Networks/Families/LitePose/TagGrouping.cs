namespace EdgePose.Networks.Families.LitePose;

/// <summary>Constants of the grouping; the defaults are those of the published configurations (mit-han-lab/litepose:experiments).</summary>
/// <param name="DetectionThreshold">A peak takes part only above this value.</param>
/// <param name="TagThreshold">Tag distance below which a peak joins a person.</param>
/// <param name="MaxPeople">People that peaks are matched with, in the order in which they were opened.</param>
/// <param name="RoundDistance">True as in the original: distances below a half all count as equal and the heat decides. The authors' own fast path does not round.</param>
internal readonly record struct GroupingRules(double DetectionThreshold, double TagThreshold, int MaxPeople, bool RoundDistance)
{
    public static GroupingRules Original(int maxPeople) => new(0.1, 1.0, maxPeople, RoundDistance: true);
}

/// <summary>
/// Groups peaks into people by their tags (associative embedding, Newell et al. 2017; procedure of mit-han-lab/litepose:lib/core/group.py).
/// Joint by joint, peaks are assigned to the people opened so far at minimum total cost 100 |tag difference| - heat. A peak that is too far
/// from its person opens a new one. People are identified by the tag that opened them, so an equal tag re-uses that person.
/// </summary>
internal sealed class TagGrouping
{
    /// <summary>Cost of leaving a peak without a person when there are more peaks than people.</summary>
    private const double NoPerson = 1e10;

    private readonly GroupingRules _rules;
    private readonly int[] _order;
    private readonly MunkresAssignment _assignment = new();
    private readonly float[] _key, _sum, _mirroredSum, _mean, _mirroredMean;
    private readonly int[] _tagCount, _columnOfRow;
    private readonly double[] _distance, _cost;

    /// <param name="rules">Constants.</param>
    /// <param name="order">Joints in the order in which they are taken.</param>
    /// <param name="limit">Largest number of peaks per joint.</param>
    public TagGrouping(GroupingRules rules, int[] order, int limit)
    {
        (_rules, _order) = (rules, order);
        var people = order.Length * limit;
        (_key, _sum, _mirroredSum, _tagCount) = (new float[people], new float[people], new float[people], new int[people]);
        (_mean, _mirroredMean) = (new float[rules.MaxPeople], new float[rules.MaxPeople]);
        var side = Math.Max(limit, rules.MaxPeople);
        (_distance, _cost, _columnOfRow) = (new double[limit * rules.MaxPeople], new double[limit * side], new int[limit]);
    }

    /// <summary>Fills <paramref name="people"/> (cleared first) with the indices of their peaks.</summary>
    public void Match(Peaks peaks, GroupedPeople people)
    {
        people.Clear();
        foreach (var joint in _order)
        {
            var candidates = AboveThreshold(peaks.Of(joint));
            if (candidates.IsEmpty) { continue; }
            if (people.Count == 0)
            {
                for (var r = 0; r < candidates.Length; r++) { Open(people, joint, r, candidates[r]); }
                continue;
            }
            var columns = Math.Min(people.Count, _rules.MaxPeople);
            FillCost(candidates, columns);
            _assignment.Solve(_cost, candidates.Length, Math.Max(columns, candidates.Length), _columnOfRow);
            for (var r = 0; r < candidates.Length; r++)
            {
                var c = _columnOfRow[r];
                if (c < columns && _distance[r * columns + c] < _rules.TagThreshold) { Join(people, c, joint, r, candidates[r]); }
                else { Open(people, joint, r, candidates[r]); }
            }
        }
    }

    private ReadOnlySpan<Peak> AboveThreshold(ReadOnlySpan<Peak> sorted)
    {
        var count = 0;
        while (count < sorted.Length && sorted[count].Value > _rules.DetectionThreshold) { count++; }
        return sorted[..count];
    }

    private void FillCost(ReadOnlySpan<Peak> candidates, int columns)
    {
        for (var c = 0; c < columns; c++)
        {
            _mean[c] = _sum[c] / _tagCount[c];
            _mirroredMean[c] = _mirroredSum[c] / _tagCount[c];
        }
        var width = Math.Max(columns, candidates.Length);
        for (var r = 0; r < candidates.Length; r++)
        {
            ref readonly var peak = ref candidates[r];
            for (var c = 0; c < columns; c++)
            {
                var (d, m) = ((double)peak.Tag - _mean[c], (double)peak.MirroredTag - _mirroredMean[c]);
                var distance = Math.Sqrt(d * d + m * m);
                _distance[r * columns + c] = distance;
                _cost[r * width + c] = (_rules.RoundDistance ? Math.Round(distance) : distance) * 100 - peak.Value;
            }
            _cost.AsSpan(r * width + columns, width - columns).Fill(NoPerson);
        }
    }

    private void Join(GroupedPeople people, int person, int joint, int index, in Peak peak)
    {
        people.Member[person * people.Joints + joint] = index;
        _sum[person] += peak.Tag;
        _mirroredSum[person] += peak.MirroredTag;
        _tagCount[person]++;
    }

    private void Open(GroupedPeople people, int joint, int index, in Peak peak)
    {
        var person = _key.AsSpan(0, people.Count).IndexOf(peak.Tag);
        if (person < 0) { person = people.Open(); }
        _key[person] = peak.Tag;
        people.Member[person * people.Joints + joint] = index;
        (_sum[person], _mirroredSum[person], _tagCount[person]) = (peak.Tag, peak.MirroredTag, 1);
    }
}
