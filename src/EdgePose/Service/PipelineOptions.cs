using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Events;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.TopDown;
using EdgePose.Service.Observe;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;
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

    /// <summary>What one life of the daemon leaves to the next; not owned, the same for every pipeline of the process. Null = nothing.</summary>
    public DaemonMemory? Memory { get; init; }

    /// <summary>Who reads the spool beside the sinks.</summary>
    public IReadOnlyList<string> OtherReaders => Memory?.Readers ?? [];

    /// <summary>What the sinks of a pipeline are made of.</summary>
    public SinkParts Parts(Func<Task<ReloadAnswer>> reload, Func<string, string> redact, ILoggerFactory loggers, TimeProvider time) =>
        new(JsonLines, Versions.Self, reload, redact, loggers, time)
        {
            Announced = Memory?.Announced ?? new Announced(null, time, loggers.CreateLogger<Announced>()),
        };

    /// <summary>Names this run of the process where there is no spool.</summary>
    public string Boot { get; } = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4));

    /// <summary>What everything is measured with; the same object for every pipeline of the process.</summary>
    public Metrics Metrics { get; } = new();

    /// <summary>For measurements: another estimator instead of the usual one, of which it gets the detector (null = bottom-up).</summary>
    public Func<IPoseEstimator, PersonDetector?, IPoseEstimator>? Replace { get; init; }
}
