using EdgePose.Events;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.TopDown;
using EdgePose.Service.Observe;
using EdgePose.Streams;
using DurableSpool = EdgePose.Delivery.Spool.DurableSpool;

namespace EdgePose.Service;

/// <summary>What the daemon's caller decides beside the configuration.</summary>
/// <param name="RequireProvider">Execution provider without which the start fails; empty = as configured.</param>
/// <param name="JsonLines">Where messages go as JSON lines instead of to a broker; null = the broker.</param>
internal sealed record PipelineOptions(string RequireProvider, Stream? JsonLines)
{
    /// <summary>Numbers used so far; the same object for every pipeline of the process.</summary>
    public StreamHistories Histories { get; } = new();

    /// <summary>Where events and the numbers of people in zones go; null = they are published.</summary>
    public EventOutputs? Events { get; init; }

    /// <summary>Where events wait for the broker; not owned, the same for every pipeline of the process. Null = they wait nowhere.</summary>
    public DurableSpool? Spool { get; init; }

    /// <summary>Names this run of the process where there is no spool.</summary>
    public string Boot { get; } = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4));

    /// <summary>What everything is measured with; the same object for every pipeline of the process.</summary>
    public Metrics Metrics { get; } = new();

    /// <summary>For measurements: another estimator instead of the usual one, of which it gets the detector (null = bottom-up).</summary>
    public Func<IPoseEstimator, PersonDetector?, IPoseEstimator>? Replace { get; init; }
}
