using System.Text.Json;
using EdgePose.Workshop.Bench;

namespace EdgePose.Workshop.Demo;

/// <summary>What an independent subscriber saw: one line per message, <c>topic TAB payload</c>, as mosquitto_sub prints it.</summary>
internal sealed class Observer
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<(int Epoch, long Track)> _tracks = [];
    private readonly List<double> _ages = [];
    private JsonElement? _state;
    private JsonElement? _sample;
    private int _messages, _unreadable, _largestCrowd, _poseMessages;
    private string _availability = "";

    public void OnLine(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab < 0) { return; }
        var (topic, payload) = (line[..tab], line[(tab + 1)..]);
        lock (_gate)
        {
            _messages++;
            _topics[topic] = _topics.GetValueOrDefault(topic) + 1;
            try { Read(topic, payload); }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                _unreadable++;
            }
        }
    }

    public Observation Snapshot()
    {
        lock (_gate)
        {
            var ages = _ages.Order().ToList();
            return new Observation(
                _messages, _unreadable, _poseMessages, _largestCrowd, _tracks.Count, Statistics.Percentile(ages, 0.5), Statistics.Percentile(ages, 0.99), _availability,
                Number("fps_processed"), (long)Number("frames_received"), (long)Number("frames_dropped"), Text("state"), _sample, new SortedDictionary<string, int>(_topics));
        }
    }

    private void Read(string topic, string payload)
    {
        if (topic.EndsWith("/poses", StringComparison.Ordinal)) { ReadPoses(payload); }
        else if (topic.EndsWith("/state", StringComparison.Ordinal)) { ReadState(payload); }
        else if (topic.EndsWith("/availability", StringComparison.Ordinal) && !topic.Contains("/streams/", StringComparison.Ordinal)) { _availability = payload; }
    }

    private void ReadState(string payload)
    {
        var state = JsonElement.Parse(payload);
        if (state.ValueKind != JsonValueKind.Object) { throw new FormatException("a state is an object"); }
        _state = state;
    }

    private void ReadPoses(string payload)
    {
        var message = JsonElement.Parse(payload);
        var people = message.GetProperty("people");
        var epoch = message.GetProperty("epoch").GetInt32();
        _poseMessages++;
        _ages.Add(message.GetProperty("age_ms").GetDouble());
        foreach (var person in people.EnumerateArray()) { _tracks.Add((epoch, person.GetProperty("track").GetInt64())); }
        if (people.GetArrayLength() > _largestCrowd)
        {
            (_largestCrowd, _sample) = (people.GetArrayLength(), message);
        }
    }

    private double Number(string key) => _state is { } s && s.TryGetProperty(key, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetDouble() : 0;

    private string Text(string key) => _state is { } s && s.TryGetProperty(key, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString()! : "";
}

/// <summary>A moment's view of the <see cref="Observer"/>. <paramref name="Sample"/> is the pose message with the most people.</summary>
internal sealed record Observation(
    int Messages, int Unreadable, int PoseMessages, int LargestCrowd, int Tracks, double AgeP50Ms, double AgeP99Ms, string Availability,
    double FpsProcessed, long FramesReceived, long FramesDropped, string StreamState, JsonElement? Sample, IReadOnlyDictionary<string, int> Topics);
