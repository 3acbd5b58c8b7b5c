using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events;

/// <summary>
/// The rules of one stream over its tracked people. The same scenes give the same events, whenever they are played: all time comes with
/// the scenes. Allocates nothing while no event is raised and no larger crowd appears. Not thread-safe.
/// </summary>
internal sealed class EventEngine
{
    /// <summary>Scenes farther apart than this do not continue one another, whatever their tracks say.</summary>
    private const long Discontinuity = 10 * Instant.PerSecond;

    private readonly EventContext _context;
    private readonly Action<string, int>? _onCount;
    private EventSetup _setup;
    private ZoneMonitor[] _zones;
    private InstalledRule[] _rules;
    private readonly Stack<Person> _free = [];
    private readonly long _lostAfter;
    private bool _started, _lost;
    private string _lostKey = "";
    private long _lostAt;
    private int _lostEpoch, _seats;

    /// <param name="setup">What is judged.</param>
    /// <param name="raise">Gets every event, on the caller's thread.</param>
    /// <param name="onCount">Gets every change of the number of people in a zone.</param>
    public EventEngine(EventSetup setup, Action<PoseEvent> raise, Action<string, int>? onCount = null)
    {
        (_setup, _onCount, _context) = (setup, onCount, new EventContext(setup.Poses, setup.Shared, raise));
        _lostAfter = Instant.Most(setup.Poses.LostAfter);
        _zones = [.. setup.Stream.Zones.Select(Monitor)];
        _rules = [.. setup.Stream.Rules.Select(Install)];
    }

    /// <summary>Event messages so far, by type; readable from other threads.</summary>
    public long Raised(EventType type) => _context.Raised(type);

    /// <summary>Judges one frame.</summary>
    public void Process(Scene scene)
    {
        // What was still in the pipeline when the stream was lost says nothing about now.
        if (_lost && scene.Epoch <= _lostEpoch) { return; }
        if (_lost) { Restore(scene); }
        if (_started && scene.Epoch != _context.Epoch) { CloseAll(EndReason.StreamLost); }
        if (_started && scene.Time.Microseconds - _context.Now > Discontinuity) { CloseAll(EndReason.TrackLost); }
        At(scene.Time);
        (_context.Epoch, _context.Aspect) = (scene.Epoch, scene.Aspect);
        foreach (var person in _context.People) { person.Body = null; }
        for (var i = 0; i < scene.Count; i++) { See(scene[i]); }
        ForgetAbsent();
        foreach (var zone in _zones) { zone.Update(_context); }
        foreach (var rule in _rules) { rule.Rule.Update(_context); }
    }

    /// <summary>
    /// No frames come any more: ends every open event. The first frame of a later epoch restores the stream. False when it changes
    /// nothing: the stream is lost already, or never gave a frame.
    /// </summary>
    public bool StreamLost(in Instant time, string reason)
    {
        if (_lost || !_started) { return false; }
        At(time);
        CloseAll(EndReason.StreamLost);
        (_lost, _lostAt, _lostEpoch, _lostKey) = (true, _context.Now, _context.Epoch, _setup.Shared.StreamState ? _context.NewKey(StreamRule.Name, null) : "");
        if (_lostKey.Length > 0) { _context.Raise(new EventDraft(EventType.StreamLost, EventPhase.Start, StreamRule.Name, _lostKey, reason), null); }
        return true;
    }

    /// <summary>The end of the stream or of the daemon: ends every open event.</summary>
    public void Stop(in Instant time)
    {
        if (!_started) { return; }
        At(time);
        CloseAll(EndReason.Stopped);
    }

    /// <summary>
    /// Goes on under another setup of the same stream. People stay who they are; a rule that says the same, about the same zone and line, goes
    /// on with its open events; those of the others end.
    /// </summary>
    /// <param name="next">The new setup; what is known of the poses is the same.</param>
    /// <param name="time">The last frame's.</param>
    public void Change(EventSetup next, in Instant time)
    {
        if (_started) { At(time); }
        if (!SameSettings.Are(_setup.Shared, next.Shared))
        {
            CloseAll(EndReason.Stopped);
            _free.Clear();
            _context.Change(next.Shared);
            (_zones, _rules) = ([], []);
        }
        var (zones, rules) = (_zones, _rules);
        _setup = next;
        _zones = [.. next.Stream.Zones.Select(zone => Array.Find(zones, z => SameSettings.Are(z.Shape, zone)) ?? Monitor(zone))];
        _rules = [.. next.Stream.Rules.Select(rule => Array.Find(rules, r => r.IsStill(rule, _zones, next.Stream.Lines)) ?? Install(rule))];
        foreach (var rule in rules.Except(_rules)) { End(rule.Rule); }
        foreach (var zone in zones.Except(_zones)) { zone.Clear(); }
        foreach (var person in _context.People)
        {
            foreach (var zone in _zones.Except(zones)) { zone.Begin(person); }
            foreach (var rule in _rules.Except(rules)) { rule.Rule.Begin(person); }
        }
    }

    private void End(IEventRule rule)
    {
        foreach (var person in _context.People) { rule.Forget(_context, person, EndReason.Stopped); }
        rule.Close(_context, EndReason.Stopped);
    }

    private ZoneMonitor Monitor(ZoneShape zone) => new(zone, _setup.Shared, _onCount);

    private InstalledRule Install(RuleSettings rule)
    {
        var site = new RuleSite(_zones, _setup.Stream.Lines, _setup.Shared.Schedules);
        return new InstalledRule(rule, rule.Create(site), site);
    }

    private void Restore(Scene scene)
    {
        _lost = false;
        At(scene.Time);
        _context.Epoch = scene.Epoch;
        // A start that was told has its end, also when the setting has changed in between.
        if (_lostKey.Length == 0) { return; }
        _context.Raise(new EventDraft(EventType.StreamRestored, EventPhase.End, StreamRule.Name, _lostKey, "frames again") { Duration = _context.Now - _lostAt }, null);
    }

    private void At(in Instant time)
    {
        _context.Time = time;
        _context.Now = _started ? Math.Max(_context.Now, time.Microseconds) : time.Microseconds;
        _started = true;
    }

    private void See(Body body)
    {
        var people = _context.People;
        var index = Find(body.Track);
        if (index < 0)
        {
            index = ~index;
            var person = _free.TryPop(out var old) ? old : NewPerson();
            person.Begin(body.Track, _context.Now, _context.Joints);
            foreach (var zone in _zones) { zone.Begin(person); }
            foreach (var rule in _rules) { rule.Rule.Begin(person); }
            people.Insert(index, person);
        }
        people[index].See(body, _context.Now, _context.JointThreshold, _context.Aspect);
        people[index].Counts |= people[index].Measured && body.Score >= _setup.Shared.MinScore && _context.Now - people[index].FirstSeen >= Instant.Least(_setup.Shared.MinAge);
    }

    private Person NewPerson() =>
        new(_seats++, _setup.Shared.Pose ? _setup.Shared.History : TimeSpan.Zero, _setup.Poses.Skeleton.BodyJoints);

    /// <summary>Index of a track among the people, or the complement of where it belongs.</summary>
    private int Find(long track)
    {
        var (low, high) = (0, _context.People.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var here = _context.People[middle].Track;
            if (here == track) { return middle; }
            if (here < track) { low = middle + 1; }
            else { high = middle - 1; }
        }
        return ~low;
    }

    private void ForgetAbsent()
    {
        var people = _context.People;
        for (var i = people.Count - 1; i >= 0; i--)
        {
            if (people[i].Body is null && _context.Now - people[i].LastSeen > _lostAfter) { Forget(i, EndReason.TrackLost); }
        }
    }

    private void Forget(int index, string reason)
    {
        var person = _context.People[index];
        foreach (var rule in _rules) { rule.Rule.Forget(_context, person, reason); }
        _context.People.RemoveAt(index);
        _free.Push(person);
    }

    private void CloseAll(string reason)
    {
        for (var i = 0; i < _context.People.Count; i++) { _context.People[i].Body = null; }
        while (_context.People.Count > 0) { Forget(_context.People.Count - 1, reason); }
        foreach (var rule in _rules) { rule.Rule.Close(_context, reason); }
        foreach (var zone in _zones) { zone.Clear(); }
    }
}
