using EdgePose.Cli;
using EdgePose.Workshop.Verbs.Bench;
using EdgePose.Workshop.Verbs.Demo;
using EdgePose.Workshop.Verbs.Eval;
using EdgePose.Workshop.Verbs.Models;
using EdgePose.Workshop.Verbs.Probe;
using EdgePose.Workshop.Verbs.Quantize;
using EdgePose.Workshop.Verbs.Replay;

namespace EdgePose.Workshop;

/// <summary>What <c>edgepose</c> can do beside running: the verbs that never run in the daemon, in the order of the help text.</summary>
internal static class WorkshopVerbs
{
    public static IEnumerable<Verb> Create() =>
    [
        ProbeCommand.Create(), BenchCommand.Create(), DemoCommand.Create(), EvalCommand.Create(), CompareCommand.Create(), ReplayCommand.Create(),
        QuantizeCommand.Create(), ModelsCommand.Create(),
    ];
}
