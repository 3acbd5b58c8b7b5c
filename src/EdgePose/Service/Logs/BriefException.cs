using EdgePose.Domain;

namespace EdgePose.Service.Logs;

/// <summary>Stands for another exception where it is shown: what happened and why, without where in the code.</summary>
internal sealed class BriefException(Exception inner) : Exception(Describe(inner))
{
    /// <summary>The messages of an exception and of its causes, in one line; the type where it is no expected failure.</summary>
    public static string Describe(Exception failure)
    {
        var texts = new List<string>();
        for (var e = failure; e is not null; e = e.InnerException)
        {
            var text = e is UserError ? e.Message : $"{e.GetType().Name}: {e.Message}";
            if (!texts.Contains(text)) { texts.Add(text); }
        }
        return string.Join("; because of ", texts).ReplaceLineEndings(" ");
    }

    public override string ToString() => Message;
}
