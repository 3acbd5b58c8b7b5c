namespace EdgePose.Workshop.Replay;

/// <summary>Two lists of events, paired: the same event within a tolerance of time. Track ids may differ.</summary>
/// <param name="Same">Number of pairs.</param>
/// <param name="Missing">Events of the first list only.</param>
/// <param name="Extra">Events of the second list only.</param>
internal sealed record EventDifference(int Same, IReadOnlyList<EventLine> Missing, IReadOnlyList<EventLine> Extra)
{
    public bool IsEmpty => Missing.Count == 0 && Extra.Count == 0;

    public static EventDifference Of(IReadOnlyList<EventLine> first, IReadOnlyList<EventLine> second, TimeSpan tolerance)
    {
        var (missing, extra) = (new List<EventLine>(), new List<EventLine>());
        var others = second.GroupBy(e => e.Identity).ToDictionary(g => g.Key, g => g.OrderBy(e => e.Time).ToList());
        foreach (var group in first.GroupBy(e => e.Identity))
        {
            // Both in order of time: the earliest of the other list that is near enough is the best partner.
            var candidates = others.GetValueOrDefault(group.Key) ?? [];
            var next = 0;
            foreach (var e in group.OrderBy(e => e.Time))
            {
                while (next < candidates.Count && candidates[next].Time < e.Time - tolerance) { extra.Add(candidates[next++]); }
                if (next < candidates.Count && candidates[next].Time <= e.Time + tolerance) { next++; }
                else { missing.Add(e); }
            }
            extra.AddRange(candidates.Skip(next));
            others.Remove(group.Key);
        }
        extra.AddRange(others.Values.SelectMany(e => e));
        return new EventDifference(first.Count - missing.Count, [.. missing.OrderBy(e => e.Time)], [.. extra.OrderBy(e => e.Time)]);
    }
}
