namespace EdgePose.Settings.Problems;

/// <summary>Collects the problems of one run; bounded, because a hostile file must not fill the screen or the memory.</summary>
internal sealed class ProblemList
{
    public const int Limit = 200;
    private readonly List<ConfigProblem> _items = [];
    private int _more;

    public bool HasErrors { get; private set; }

    public void Error(Mark mark, string key, string problem, string suggestion = "") => Add(mark, key, problem, suggestion, Severity.Error);

    public void Warning(Mark mark, string key, string problem) => Add(mark, key, problem, "", Severity.Warning);

    public void AddRange(IEnumerable<ConfigProblem> problems)
    {
        foreach (var p in problems) { Add(new Mark(p.File, p.Line, p.Column), p.Key, p.Problem, p.Suggestion, p.Severity); }
    }

    /// <summary>The problems in the order of the file, with every occurrence of <paramref name="secrets"/> masked.</summary>
    public IReadOnlyList<ConfigProblem> ToSorted(IReadOnlyCollection<string> secrets)
    {
        var sorted = _items.OrderBy(p => p.Line).ThenBy(p => p.Column).Select(p => p with
        {
            Key = Mask(p.Key, secrets),
            Problem = Mask(p.Problem, secrets),
            Suggestion = Mask(p.Suggestion, secrets),
        }).Distinct().ToList();
        if (_more > 0)
        {
            var last = sorted[^1];
            sorted.Add(new ConfigProblem(last.File, 0, 0, "", $"{_more} more problems are not listed", "", Severity.Error));
        }
        return sorted;
    }

    private void Add(Mark mark, string key, string problem, string suggestion, Severity severity)
    {
        HasErrors |= severity == Severity.Error;
        if (_items.Count >= Limit) { _more++; return; }
        _items.Add(new ConfigProblem(mark.File, mark.Line, mark.Column, key, problem, suggestion, severity));
    }

    private static string Mask(string text, IReadOnlyCollection<string> secrets)
    {
        foreach (var secret in secrets)
        {
            // Shorter ones would tear ordinary words apart; values of secret keys are not quoted in any text to begin with.
            if (secret.Length >= 3) { text = text.Replace(secret, "***", StringComparison.Ordinal); }
        }
        return text;
    }
}
