using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;

namespace EdgePose.Tests.Events;

/// <summary>Something that happened. What is not <paramref name="Required"/> (a graze, a stay at the limit) may be found or not.</summary>
internal sealed record Moment(string What, double Time, bool Required);

/// <summary>Pairs events with what happened.</summary>
internal sealed class RecallTable(string name)
{
    private readonly List<double> _delays = [];
    private int _found, _missed, _false;

    public int Expected => _found + _missed;
    public double Recall => Expected == 0 ? 0 : (double)_found / Expected;
    public double Precision => _found + _false == 0 ? 0 : (double)_found / (_found + _false);

    /// <param name="truth">What happened.</param>
    /// <param name="events">What was raised.</param>
    /// <param name="what">What an event says.</param>
    /// <param name="early">Seconds by which an event may come before the moment.</param>
    /// <param name="late">And after it.</param>
    public void Add(IEnumerable<Moment> truth, IEnumerable<PoseEvent> events, Func<PoseEvent, string> what, double early = 1, double late = 1.5)
    {
        var open = events.ToList();
        foreach (var moment in truth.OrderBy(m => m.Time))
        {
            var match = open.Find(e => what(e) == moment.What && Clock.Seconds(e) >= moment.Time - early && Clock.Seconds(e) <= moment.Time + late);
            if (match is not null) { open.Remove(match); }
            if (!moment.Required) { continue; }
            if (match is null) { _missed++; }
            else
            {
                _found++;
                _delays.Add(Clock.Seconds(match) - moment.Time);
            }
        }
        _false += open.Count;
    }

    public override string ToString()
    {
        _delays.Sort();
        var delay = _delays.Count == 0 ? "" : FormattableString.Invariant($", delay median {_delays[_delays.Count / 2]:0.00} s, worst {_delays[^1]:0.00} s");
        return FormattableString.Invariant($"{name,-22} precision {Precision:0.000}, recall {Recall:0.000} ({_found} of {Expected} found, {_false} false){delay}");
    }
}

/// <summary>What really happens in a film, from the places on the ground, without noise.</summary>
internal static class Truth
{
    private const double Step = 0.02;

    /// <summary>Nearer to a border than this, in picture heights, nobody can be blamed.</summary>
    private const float Doubt = 0.03f;

    /// <summary>Times for which an actor is in a zone.</summary>
    public static List<(double From, double To, float Depth)> Stays(Film film, Actor actor, ZoneShape zone, double length)
    {
        var polygon = new Polygon(zone.Corners);
        polygon.SetAspect((float)film.Camera.Width / film.Camera.Rows);
        var stays = new List<(double, double, float)>();
        var (from, depth) = (double.NaN, 0f);
        for (var t = actor.From; t <= Math.Min(length, actor.To) + Step; t += Step)
        {
            var distance = t < Math.Min(length, actor.To) ? polygon.SignedDistance(film.Foot(actor, t)) : -1;
            if (distance > 0)
            {
                (from, depth) = (double.IsNaN(from) ? t : from, MathF.Max(depth, distance));
            }
            else if (!double.IsNaN(from))
            {
                stays.Add((from, t, depth));
                (from, depth) = (double.NaN, 0);
            }
        }
        return stays;
    }

    /// <summary>Spans with an interruption that is too short to be told from noise as one.</summary>
    public static List<(double From, double To)> Merge(List<(double From, double To)> spans)
    {
        var merged = new List<(double From, double To)>();
        foreach (var span in spans)
        {
            if (merged.Count > 0 && span.From - merged[^1].To < 1) { merged[^1] = (merged[^1].From, span.To); }
            else { merged.Add(span); }
        }
        return merged;
    }

    public static List<Moment> OfZone(Film film, Actor actor, ZoneShape zone, double length)
    {
        var moments = new List<Moment>();
        var (stays, end) = (Stays(film, actor, zone, length), Math.Min(length, actor.To));
        for (var i = 0; i < stays.Count; i++)
        {
            var (from, to, depth) = stays[i];
            var (before, after) = (i == 0 ? actor.From : stays[i - 1].To, i == stays.Count - 1 ? end : stays[i + 1].From);
            // A way out of less than a second is no leaving; who is there from the beginning enters when known.
            var clear = depth > Doubt && to - from > 1.2 && after - to > 1.2 && (i == 0 || from - before > 1.2);
            moments.Add(new Moment("in", Math.Max(from, actor.From + 0.5), clear && end - from > 1.2));
            moments.Add(new Moment("out", to, clear && end - to > 1.2));
        }
        return moments;
    }

    public static List<Moment> OfLine(Film film, Actor actor, LineShape line, double length)
    {
        var aspect = (float)film.Camera.Width / film.Camera.Rows;
        var (a, b) = (line.From with { X = line.From.X * aspect }, line.To with { X = line.To.X * aspect });
        float Side(double t)
        {
            var (d, p) = (b - a, film.Foot(actor, t) - a);
            return (d.X * p.Y - d.Y * p.X) / d.Length();
        }
        float Along(double t) => Vector2.Dot(film.Foot(actor, t) - a, b - a) / (b - a).LengthSquared();
        var (moments, end) = (new List<Moment>(), Math.Min(length, actor.To));
        for (var t = actor.From + Step; t < end; t += Step)
        {
            var (before, now) = (Side(t - Step), Side(t));
            if (before < 0 == now < 0) { continue; }
            var (early, late) = (Math.Max(actor.From, t - 1), Math.Min(end - Step, t + 1));
            var clear = t - actor.From > 1 && end - t > 1 && MathF.Abs(Side(early)) > Doubt && MathF.Abs(Side(late)) > Doubt && Side(early) < 0 != Side(late) < 0;
            var share = Along(t);
            if (share is > -0.05f and < 1.05f) { moments.Add(new Moment(now > 0 ? "left_to_right" : "right_to_left", t, clear && share is > 0.05f and < 0.95f)); }
        }
        return moments;
    }

    /// <summary>Number of people in a zone by time.</summary>
    public static List<(double Time, int People)> Numbers(Film film, ZoneShape zone, double length)
    {
        var stays = film.Actors.SelectMany(a => Stays(film, a, zone, length)).ToList();
        return [.. Enumerable.Range(0, (int)(length / Step)).Select(i => (i * Step, stays.Count(s => i * Step >= s.From && i * Step < s.To)))];
    }

    public static List<(double From, double To)> AtLeast(List<(double Time, int People)> numbers, int least)
    {
        var spans = new List<(double, double)>();
        var from = double.NaN;
        foreach (var (time, people) in numbers)
        {
            if (people >= least && double.IsNaN(from)) { from = time; }
            if (people < least && !double.IsNaN(from))
            {
                spans.Add((from, time));
                from = double.NaN;
            }
        }
        return spans;
    }
}
