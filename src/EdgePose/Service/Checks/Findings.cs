using EdgePose.Domain;
using EdgePose.Settings.Problems;

namespace EdgePose.Service.Checks;

internal enum Verdict { Ok, Warning, Error }

/// <summary>One line of <c>edgepose check</c>.</summary>
/// <param name="Section">What was looked at: config, runtime, models, spool, broker, cameras.</param>
/// <param name="Verdict">Errors make the check fail.</param>
/// <param name="Text">Redacted.</param>
internal sealed record Finding(string Section, Verdict Verdict, string Text);

/// <summary>The result of <c>edgepose check</c>; <see cref="ExitCode"/> is the exit code of the gravest finding.</summary>
internal sealed record CheckReport(string Path, int Errors, int Warnings, int ExitCode, IReadOnlyList<Finding> Findings);

/// <summary>What the checks have found so far. The first error gives the exit code.</summary>
internal sealed class Findings
{
    private readonly List<Finding> _all = [];

    public ExitCode Code { get; private set; } = ExitCode.Ok;
    public bool IsEmpty => _all.Count == 0;

    public void Add(string section, Verdict verdict, string text, ExitCode code = ExitCode.Ok)
    {
        _all.Add(new Finding(section, verdict, text));
        if (verdict == Verdict.Error && Code == ExitCode.Ok) { Code = code; }
    }

    public void Add(Finding finding, ExitCode code) => Add(finding.Section, finding.Verdict, finding.Text, code);

    public void Add(string section, ConfigProblem problem, ExitCode code) =>
        Add(section, problem.Severity == Severity.Error ? Verdict.Error : Verdict.Warning, problem.ToString(), code);

    /// <summary>Adds what <paramref name="look"/> says, or the error that it ends with.</summary>
    public void Try(string section, Func<string> look)
    {
        try { Add(section, Verdict.Ok, look()); }
        catch (UserError e)
        {
            Add(section, Verdict.Error, e.Hint.Length > 0 ? $"{e.Message}; try: {e.Hint}" : e.Message, e.Code);
        }
    }

    /// <param name="path">The configuration that was checked.</param>
    /// <param name="strict">Warnings fail the check as well.</param>
    public CheckReport Report(string path, bool strict)
    {
        var (errors, warnings) = (_all.Count(f => f.Verdict == Verdict.Error), _all.Count(f => f.Verdict == Verdict.Warning));
        var code = strict && warnings > 0 && Code == ExitCode.Ok ? ExitCode.Configuration : Code;
        return new CheckReport(path, errors, warnings, (int)code, _all);
    }
}
