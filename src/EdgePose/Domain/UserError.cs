namespace EdgePose.Domain;

/// <summary>Process exit codes; documented in the README and used by systemd's RestartPreventExitStatus.</summary>
internal enum ExitCode
{
    Ok = 0, Failed = 1, Usage = 2, Configuration = 3, Model = 4, Source = 5, Broker = 6, Threshold = 7, Interrupted = 130,
}

/// <summary>
/// A failure that the user can mend: what and where and why in <see cref="Exception.Message"/>, the next step in <see cref="Hint"/>.
/// Never carries a secret. Only the command line and supervisors catch it.
/// </summary>
internal sealed class UserError(ExitCode code, string message, string hint = "", Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code { get; } = code;
    public string Hint { get; } = hint;
}
