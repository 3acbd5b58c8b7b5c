using System.Diagnostics;

namespace EdgePose.Domain;

/// <summary>A password or token. Its text forms are masked; only <see cref="Reveal"/> gives the value, at the single place that needs it.</summary>
[DebuggerDisplay("***")]
internal sealed class Secret(string value)
{
    public string Reveal() => value;
    public override string ToString() => "***";
}
