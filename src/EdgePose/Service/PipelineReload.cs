using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Service.Configuration;
using EdgePose.Service.Reloading;

namespace EdgePose.Service;

/// <summary>
/// Brings a running pipeline to another configuration: what is new is built completely before anything that runs is touched, then only what
/// differs is exchanged. After that nothing can be refused any more; a part that does not end well is told and left behind.
/// </summary>
internal sealed class PipelineReload
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly Pipeline _pipeline;
    private readonly EdgePoseConfig _before, _next;
    private readonly ModelCatalog _catalog;
    private readonly Dictionary<string, StreamUnit> _built = new(StringComparer.Ordinal);
    private readonly List<string> _troubles = [];
    private InferenceUnit? _networks;
    private Outbox? _outbox;

    private PipelineReload(Pipeline pipeline, EdgePoseConfig next, ModelCatalog catalog)
    {
        (_pipeline, _before, _next, _catalog) = (pipeline, pipeline.Config, next, catalog);
        Plan = ReloadPlan.Between(_before, next, !pipeline.Inference.Matches(catalog));
    }

    public ReloadPlan Plan { get; }

    /// <summary>Builds what is new; the pipeline runs on.</summary>
    /// <exception cref="UserError">The configuration cannot be had; nothing was changed.</exception>
    public static async Task<PipelineReload> PrepareAsync(Pipeline pipeline, EdgePoseConfig next)
    {
        Pipeline.RequireSink(next, pipeline.Options);
        using var meant = InferenceUnit.Store(next, pipeline.Options.RequireProvider);
        var reload = new PipelineReload(pipeline, next, meant.Catalog);
        try
        {
            reload.Build();
            return reload;
        }
        catch
        {
            await reload.DiscardAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Build()
    {
        if (Plan.Networks) { _networks = InferenceUnit.Open(_next, _pipeline.Options.RequireProvider, _pipeline.Loggers, _pipeline.Time); }
        else { _pipeline.Inference.Models.Follow(_catalog); }
        var builder = _pipeline.NewBuilder(_next, _networks ?? _pipeline.Inference);
        foreach (var stream in _next.Streams.Where(s => Plan.Of(s.Id) is StreamChange.Started or StreamChange.Restarted)) { _built.Add(stream.Id, builder.Build(stream, CancellationToken.None)); }
        if (Plan.Sinks) { _outbox = _pipeline.NewOutbox(_next); }
    }

    private async Task DiscardAsync()
    {
        foreach (var unit in _built.Values)
        {
            await unit.Events.DisposeAsync().ConfigureAwait(false);
            unit.Dispose();
        }
        _networks?.Dispose();
        if (_networks is null) { CloseUnusedNetworks(_pipeline.Streams); }
        if (_outbox is not null) { await _outbox.DisposeAsync().ConfigureAwait(false); }
    }

    /// <summary>Exchanges what differs.</summary>
    /// <param name="info">What the info topic says afterwards.</param>
    /// <param name="told">Hears the outcome before the way on which somebody may have asked for it is given up.</param>
    public async Task CommitAsync(Func<NodeInfo> info, Action<ReloadOutcome> told)
    {
        var (former, networks) = (_pipeline.Inference, _networks ?? _pipeline.Inference);
        var leaving = _pipeline.Streams.Where(u => Plan.Of(u.Id) is StreamChange.Stopped or StreamChange.Restarted).ToList();
        var staying = _pipeline.Streams.Except(leaving).ToDictionary(u => u.Id, StringComparer.Ordinal);
        StreamUnit[] streams = [.. _next.Streams.Where(s => s.Enabled).Select(s => _built.GetValueOrDefault(s.Id) ?? staying[s.Id])];
        await Task.WhenAll(leaving.Select(u => TryAsync($"the source of {u.Id}", u.EndAsync))).ConfigureAwait(false);
        if (_networks is null) { await TryAsync("the inference thread", () => networks.FollowAsync(streams)).ConfigureAwait(false); }
        else { former.Stop(); }
        foreach (var unit in leaving) { await LeaveAsync(unit).ConfigureAwait(false); }
        foreach (var unit in staying.Values.Where(u => Plan.Of(u.Id) == StreamChange.Adjusted)) { await AdjustAsync(unit).ConfigureAwait(false); }
        _pipeline.Follow(_next, networks, streams);
        await StartAsync(former, networks, streams).ConfigureAwait(false);

        var old = _pipeline.Outbox;
        if (_outbox is not null) { _pipeline.Follow(_outbox); }
        Tell(info());
        told(new ReloadOutcome(Plan, _troubles));
        if (_outbox is not null) { await ReconnectAsync(old, _outbox).ConfigureAwait(false); }
    }

    private async Task StartAsync(InferenceUnit former, InferenceUnit networks, IReadOnlyList<StreamUnit> streams)
    {
        if (_networks is not null)
        {
            await TryAsync("the inference thread", () => networks.FollowAsync(streams)).ConfigureAwait(false);
            networks.Loop.Start();
            await TryAsync("the former networks", () => { former.Dispose(); return Task.CompletedTask; }).ConfigureAwait(false);
        }
        else { CloseUnusedNetworks(streams); }
        foreach (var unit in _built.Values) { unit.Start(); }
    }

    private async Task LeaveAsync(StreamUnit unit)
    {
        await TryAsync($"the events of {unit.Id}", () => unit.Events.DisposeAsync().AsTask()).ConfigureAwait(false);
        _pipeline.Drops.Forget(unit.Id);
        unit.Dispose();
    }

    private async Task AdjustAsync(StreamUnit unit)
    {
        var (before, after) = (unit.Config, _next.Streams.First(s => s.Id == unit.Id));
        unit.Change(after);
        await TryAsync($"the rules of {unit.Id}", () => StreamEvents.ChangeAsync(
            unit.Events, (before, _before), (after, _next), unit.Models.Pose, _pipeline.Loggers, _pipeline.Time)).ConfigureAwait(false);
    }

    /// <summary>By the outbox that runs from now on, which keeps at it when the broker is away just now.</summary>
    private void Tell(NodeInfo info)
    {
        var outbox = _pipeline.Outbox;
        foreach (var gone in _before.Streams.Select(s => s.Id).Except(_next.Streams.Select(s => s.Id))) { outbox.RemoveStream(gone); }
        foreach (var (stream, zone) in Zones(_before).Except(Zones(_next))) { outbox.RemoveZone(stream, zone); }
        foreach (var silent in _next.Streams.Where(s => s.Publish == PublishScope.Nothing && !_before.Streams.Any(b => b.Id == s.Id && b.Publish == s.Publish)))
        {
            outbox.RemoveCounts(silent.Id);
        }
        if (Plan.Rate) { outbox.SetRate(_next.Outbox.MaxRate); }
        _pipeline.Tell(info);
        foreach (var unit in _pipeline.Streams) { unit.PublishState(); }
    }

    private static IEnumerable<(string Stream, string Zone)> Zones(EdgePoseConfig config) =>
        config.Streams.SelectMany(s => s.Events.Zones.Select(z => (s.Id, z.Name)));

    private async Task ReconnectAsync(Outbox former, Outbox next)
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await TryAsync("the former broker", () => former.StopAsync(limit.Token)).ConfigureAwait(false);
        await TryAsync("the broker", () => { next.Start(); return Task.CompletedTask; }).ConfigureAwait(false);
    }

    private void CloseUnusedNetworks(IReadOnlyList<StreamUnit> streams) =>
        _pipeline.Inference.Models.CloseAllBut([.. streams.SelectMany(s => new[] { s.Models.Pose.Name, s.Models.Detector?.Name }).OfType<string>()]);

    private async Task TryAsync(string what, Func<Task> step)
    {
        if (await _pipeline.GuardAsync(what, step).ConfigureAwait(false) is { Length: > 0 } trouble) { _troubles.Add(trouble); }
    }
}
