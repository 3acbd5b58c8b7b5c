using System.Buffers.Text;
using EdgePose.Delivery;
using EdgePose.Domain;

namespace EdgePose.Sinks.Mqtt;

/// <summary>What the publisher keeps per stream. Its lock is the stream's own, so that streams do not wait for each other.</summary>
internal sealed class StreamOutput(string id, Topics topics, PublisherOptions options, TimeProvider time, Func<bool> clockIsSynced) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PosesWriter _writer = new(options.Node, time, clockIsSynced);
    private readonly RateLimit _rate = new(options.MaxRate, time);
    private volatile bool _emptySent;
    private int _people = -1;
    private long _rateLimited, _notConnected;

    public string Id => id;
    public string PosesTopic { get; } = topics.Poses(id);
    public RetainedTopic Availability { get; } = new(topics.StreamAvailability(id), MqttQos.AtLeastOnce, Payloads.Text, TimeSpan.Zero);
    public RetainedTopic State { get; } =
        new(topics.StreamState(id), MqttQos.AtLeastOnce, Payloads.Json(Payloads.StreamStateSchema, null), options.CountersInterval);
    public RetainedTopic People { get; } = new(topics.People(id), MqttQos.AtMostOnce, Payloads.Text, options.PeopleInterval);

    private readonly Dictionary<string, RetainedTopic> _zones = new(StringComparer.Ordinal);

    /// <summary>Topics of the zones that have had a value; guarded by the publisher's lock.</summary>
    public IReadOnlyCollection<RetainedTopic> Zones => _zones.Values;

    /// <summary>The topic of a zone; true when it is new. Guarded by the publisher's lock.</summary>
    public bool Zone(string zone, out RetainedTopic topic)
    {
        if (_zones.TryGetValue(zone, out var known))
        {
            topic = known;
            return false;
        }
        topic = _zones[zone] = new RetainedTopic(topics.Zone(id, zone), MqttQos.AtLeastOnce, Payloads.Text, TimeSpan.Zero);
        return true;
    }

    /// <summary>The status behind the last state message; guarded by the publisher's lock.</summary>
    public StreamStatus? LastStatus { get; set; }
    public long RateLimited => Interlocked.Read(ref _rateLimited);
    public long NotConnected => Interlocked.Read(ref _notConnected);

    /// <summary>True when the number of people differs from the last call's.</summary>
    public bool CountChanged(int people) => Interlocked.Exchange(ref _people, people) != people;

    /// <summary>The bare integer of the <c>people</c> topic.</summary>
    public void SetPeople(int people)
    {
        Span<byte> text = stackalloc byte[11];
        Utf8Formatter.TryFormat(people, text, out var length);
        People.Set(text[..length], urgent: false);
    }

    /// <summary>Writes the report when it is to be published: a frame with nobody only once until somebody appears, and within the rate.</summary>
    public bool TryWrite(in PoseReport report, OutgoingQueue queue, bool connected)
    {
        lock (_gate)
        {
            if (_rate.IsOff) { return false; }
            var empty = report.People.Count == 0;
            if (!connected)
            {
                _emptySent = false;
                if (!empty) { _notConnected++; }
                return false;
            }
            if (empty && _emptySent) { return false; }
            if (!_rate.TryPass()) { _rateLimited++; return false; }
            var item = queue.Rent();
            item.Stream = this;
            _writer.Write(report, item.Body);
            _emptySent = empty;
            queue.Enqueue(item);
            return true;
        }
    }

    /// <summary>A message of this stream did not get out: the next empty list is news again.</summary>
    public void ForgetEmpty() => _emptySent = false;

    public void Dispose() => _writer.Dispose();
}
