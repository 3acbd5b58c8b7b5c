namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Working set of the decoder: people in the order in which grouping opened them. Joint j of person p lies at <c>p * Joints + j</c>;
/// a value of 0 marks a missing joint. Coordinates are map pixels with the reference's half-pixel shift (pixel i spans i..i+1).
/// </summary>
internal sealed class GroupedPeople
{
    private readonly int _capacity;

    /// <param name="joints">Joints per person.</param>
    /// <param name="limit">Peaks per joint; each person is opened by a peak of its own, which bounds their number.</param>
    public GroupedPeople(int joints, int limit)
    {
        (Joints, _capacity) = (joints, joints * limit);
        Member = new int[_capacity * joints];
        (X, Y, Value) = (new float[_capacity * joints], new float[_capacity * joints], new float[_capacity * joints]);
        (Score, Found, Kept) = (new float[_capacity], new int[_capacity], new int[_capacity]);
    }

    public int Joints { get; }
    public int Count { get; private set; }

    /// <summary>Index into the joint's peaks, or -1.</summary>
    public int[] Member { get; }
    public float[] X { get; }
    public float[] Y { get; }
    public float[] Value { get; }

    /// <summary>Mean value over all joints before refinement, missing ones as 0.</summary>
    public float[] Score { get; }

    /// <summary>Number of joints before refinement.</summary>
    public int[] Found { get; }

    /// <summary>The people to report, in order of report; the first <see cref="KeptCount"/> entries.</summary>
    public int[] Kept { get; }
    public int KeptCount { get; set; }

    public void Clear() => (Count, KeptCount) = (0, 0);

    public int Open()
    {
        if (Count == _capacity) { throw new InvalidOperationException("more people than peaks"); }
        Member.AsSpan(Count * Joints, Joints).Fill(-1);
        return Count++;
    }

    /// <summary>Reports everyone in the order of the grouping.</summary>
    public void KeepAll()
    {
        for (var p = 0; p < Count; p++) { Kept[p] = p; }
        KeptCount = Count;
    }

    /// <summary>Reports those with at least <paramref name="minScore"/> and <paramref name="minJoints"/>, best score first, order of the grouping on ties.</summary>
    public void KeepPlausible(float minScore, int minJoints)
    {
        KeptCount = 0;
        for (var p = 0; p < Count; p++)
        {
            if (!(Score[p] >= minScore) || Found[p] < minJoints) { continue; }
            var at = KeptCount++;
            for (; at > 0 && Score[Kept[at - 1]] < Score[p]; at--) { Kept[at] = Kept[at - 1]; }
            Kept[at] = p;
        }
    }
}
