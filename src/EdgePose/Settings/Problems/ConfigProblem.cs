namespace EdgePose.Settings.Problems;

internal enum Severity { Warning, Error }

/// <summary>One thing wrong with a configuration or descriptor file. Its texts never hold a secret value.</summary>
/// <param name="File">The file as the user named it, or <c>--set</c>.</param>
/// <param name="Line">1-based; 0 when the problem has no place.</param>
/// <param name="Column">1-based, in characters.</param>
/// <param name="Key">Dotted path such as <c>streams.front.fps</c>; empty for syntax.</param>
/// <param name="Problem">What is wrong and, where it is not obvious, the next step.</param>
/// <param name="Suggestion">The name that was probably meant; empty when there is none.</param>
/// <param name="Severity">Errors stop the program, warnings are only told.</param>
internal sealed record ConfigProblem(
    string File, int Line, int Column, string Key, string Problem, string Suggestion, Severity Severity)
{
    /// <summary><c>file:line:col  key: problem; did you mean "x"?  [warning]</c></summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        var key = Key.Length > 0 ? Key + ": " : "";
        var meant = Suggestion.Length > 0 ? $"; did you mean \"{Suggestion}\"?" : "";
        return $"{place}  {key}{Problem}{meant}{(Severity == Severity.Warning ? "  [warning]" : "")}";
    }
}
