namespace EdgePose.Settings;

/// <summary>The words of an enum: the one table from which it is read, written and documented.</summary>
internal sealed class Words<T> where T : struct, Enum
{
    private readonly (string Word, T Value)[] _all;

    /// <exception cref="ArgumentException">A value without a word, or a word twice: a slip of the programmer that the first use finds.</exception>
    public Words(params (string Word, T Value)[] all)
    {
        _all = all;
        var complete = all.Select(a => a.Value).Distinct().Order().SequenceEqual(Enum.GetValues<T>().Distinct().Order());
        if (!complete || all.Select(a => a.Word).Distinct().Count() != all.Length)
        {
            throw new ArgumentException($"the words of {typeof(T).Name} do not name each value once", nameof(all));
        }
    }

    public IReadOnlyList<string> All => [.. _all.Select(a => a.Word)];

    public string Of(T value) => Array.Find(_all, a => EqualityComparer<T>.Default.Equals(a.Value, value)).Word;

    public bool TryParse(string word, out T value)
    {
        var found = Array.Find(_all, a => a.Word == word);
        value = found.Value;
        return found.Word is not null;
    }
}
