using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>The networks of a pipeline and the thread on which they run.</summary>
internal sealed class InferenceUnit : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private InferenceUnit(ModelStore models, SchedulingSettings scheduling, ILoggerFactory loggers, TimeProvider time)
    {
        (Models, Stages) = (models, new StageClock(time));
        Loop = new InferenceLoop([], time, loggers.CreateLogger<InferenceLoop>(), scheduling);
    }

    public ModelStore Models { get; }

    /// <summary>Clock of the thread.</summary>
    public StageClock Stages { get; }
    public InferenceLoop Loop { get; }

    /// <summary>Reads the descriptors; a network is opened for the first stream that needs it.</summary>
    public static InferenceUnit Open(EdgePoseConfig config, string requireProvider, ILoggerFactory loggers, TimeProvider time) =>
        new(Store(config, requireProvider), config.Scheduling, loggers, time);

    /// <summary>The models that the configuration means at this moment.</summary>
    public static ModelStore Store(EdgePoseConfig config, string requireProvider) => ModelStore.Load(
        config.Models.Folders, config.Inference.Requiring(requireProvider) with { Streams = config.Streams.Count(s => s.Enabled) }, config.Quantization);

    /// <summary>Whether the open networks are those that their names mean in <paramref name="catalog"/>.</summary>
    public bool Matches(ModelCatalog catalog) =>
        Models.Sessions.All(s => catalog.Find(s.Descriptor.Name, out _) is { } meant && SameSettings.Are(meant, s.Descriptor));

    /// <summary>Serves these streams from now on; completes when the thread touches none of the others.</summary>
    public async Task FollowAsync(IReadOnlyList<StreamUnit> streams)
    {
        foreach (var session in Models.Sessions) { session.Clock ??= Stages; }
        await Loop.ChangeAsync([.. streams.Select(s => s.Scheduled)]).WaitAsync(StopLimit).ConfigureAwait(false);
    }

    /// <summary>Stops after the frame in work.</summary>
    public void Stop() => Loop.Stop(StopLimit);

    public void Dispose()
    {
        Loop.Dispose();
        // A network that hangs keeps its memory: freeing it under the thread would end the process at once.
        if (Loop.HasEnded) { Models.Dispose(); }
    }
}
