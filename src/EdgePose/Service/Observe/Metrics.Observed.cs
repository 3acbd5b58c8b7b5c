using System.Diagnostics.Metrics;
using EdgePose.Domain;

namespace EdgePose.Service.Observe;

// The instruments that are read when somebody asks.
internal sealed partial class Metrics
{
    private void ObserveStreams()
    {
        PerStream("edgepose_frames_received_total", "Complete frames read from the source", s => s.Received);
        PerStream("edgepose_frames_processed_total", "Frames that went through the networks and the tracker", s => s.Processed);
        Counter("edgepose_frames_dropped_total", "Frames received and not processed, by reason",
            n => n.Streams.SelectMany(s => s.Dropped.Select(d => Value(d.Value, (StreamLabel, s.Id), ("reason", d.Reason)))));
        Gauge("edgepose_frames_in_flight", "Frames that wait for the inference thread or are in work: received = processed + dropped + in flight",
            n => n.Streams.Select(s => Value(s.InFlight, (StreamLabel, s.Id))));
        Gauge("edgepose_people", "People in the last processed frame", n => n.Streams.Select(s => Value(s.People, (StreamLabel, s.Id))));
        Gauge("edgepose_stream_state", "1 for the state in which the stream is, 0 for all others",
            n => n.Streams.SelectMany(s => Enum.GetValues<StreamState>().Select(state =>
                Value(s.State == state ? 1 : 0, (StreamLabel, s.Id), ("state", Words.Snake(state))))));
        Counter("edgepose_stream_restarts_total", "Connections that ended, by the state that this led to",
            n => n.Streams.SelectMany(s => s.Restarts.Select(r => Value(r.Value, (StreamLabel, s.Id), ("reason", r.Reason)))));
        PerStream("edgepose_decode_errors_total", "Error messages of the decoder", s => s.DecodeErrors);
    }

    private void ObserveNode()
    {
        Gauge("edgepose_inference_provider_info", "Always 1: the execution provider on which each model really runs",
            n => n.Models.Select(m => Value(1, ("provider", m.Provider), ("model", m.Model))));
        Gauge("edgepose_status", "1 for the state of the daemon, 0 for all others",
            n => Enum.GetNames<Delivery.Documents.NodeState>().Select(Words.Snake).Select(state => Value(n.State == state ? 1 : 0, ("state", state))));
        Gauge("edgepose_mqtt_connected", "1 while the broker is connected", n => [Value(n.Broker.IsConnected ? 1 : 0)]);
        Gauge("edgepose_mqtt_queued", "Pose messages that wait for the broker", n => [Value(n.Broker.Queued)]);
        Counter("edgepose_mqtt_published_total", "Messages that the broker has taken", n => [Value(n.Broker.Published)]);
        Counter("edgepose_mqtt_dropped_total", "Pose messages that the broker did not get, by reason",
            n => n.Broker.Dropped.Select(d => Value(d.Value, ("reason", d.Reason))));
        Gauge("edgepose_build_info", "Always 1: the version", n => [Value(1, ("version", n.Version))]);
        Gauge("edgepose_uptime_seconds", "Time since the start of the daemon", n => [Value((long)n.UptimeSeconds)]);
        Meter.CreateObservableCounter("process_cpu_seconds_total", CpuSeconds, "s", "Processor time of the daemon, without its ffmpeg processes");
        Gauge("process_resident_memory_bytes", "Resident memory of the daemon, without its ffmpeg processes", n => [Value(n.RssBytes)]);
    }

    private IEnumerable<Measurement<double>> CpuSeconds() => Now() is { } n ? [new(n.CpuSeconds)] : [];

    private void PerStream(string name, string what, Func<StreamSnapshot, long> value) =>
        Counter(name, what, n => n.Streams.Select(s => Value(value(s), (StreamLabel, s.Id))));

    private void Counter(string name, string what, Func<NodeSnapshot, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableCounter(name, () => Now() is { } n ? read(n) : [], null, what);

    private void Gauge(string name, string what, Func<NodeSnapshot, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(name, () => Now() is { } n ? read(n) : [], null, what);

    private static Measurement<long> Value(long value, params ReadOnlySpan<(string Label, string Value)> labels)
    {
        var tags = new KeyValuePair<string, object?>[labels.Length];
        for (var i = 0; i < labels.Length; i++) { tags[i] = new(labels[i].Label, labels[i].Value); }
        return new Measurement<long>(value, tags);
    }
}
