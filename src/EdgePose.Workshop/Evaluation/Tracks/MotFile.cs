using System.Globalization;
using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>Rules for what counts in a MOTChallenge file.</summary>
internal enum MotRules
{
    /// <summary>By the class column: <see cref="Mot16"/> where it holds MOT16's classes, else <see cref="Mot15"/>.</summary>
    Auto,

    /// <summary>Everything with a flag other than 0 counts.</summary>
    Mot15,

    /// <summary>Pedestrians (class 1) with a flag count; tracks paired with classes 2, 7, 8 and 12 are left out.</summary>
    Mot16,

    /// <summary>Everything with a flag counts; tracks paired with flag 0 are left out.</summary>
    Ignore,
}

/// <summary>A line of a MOTChallenge file.</summary>
/// <param name="Frame">From 1.</param>
/// <param name="Box">Identity and place.</param>
/// <param name="Flag">Whether a ground-truth line counts; the score of a tracker's.</param>
/// <param name="Class">MOT16's class; 0 without.</param>
internal readonly record struct MotRow(int Frame, TrackBox Box, double Flag, double Class);

/// <summary>MOTChallenge text: frame, id, x, y, width, height, flag or score, class, visibility.</summary>
internal static class MotFile
{
    private static readonly double[] Distractors = [2, 7, 8, 12];

    /// <exception cref="UserError">Names the line that cannot be read.</exception>
    public static IReadOnlyList<MotRow> Read(string path) => Parse(path, System.Text.Encoding.UTF8.GetString(DataFile.Read(path)));

    public static IReadOnlyList<MotRow> Parse(string path, string text)
    {
        var (rows, seen, line) = (new List<MotRow>(), new HashSet<(int, long)>(), 0);
        foreach (var raw in text.Split('\n'))
        {
            line++;
            if (raw.AsSpan().Trim().IsEmpty) { continue; }
            var fields = raw.Split([',', ' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            var v = new double[fields.Length];
            for (var i = 0; i < fields.Length; i++)
            {
                if (!double.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out v[i]) || !double.IsFinite(v[i]))
                {
                    throw DataFile.Wrong(path, $"line {line}: \"{fields[i]}\" is not a number");
                }
            }
            if (v.Length < 6) { throw DataFile.Wrong(path, $"line {line}: {v.Length} fields; frame, id, x, y, width and height are needed"); }
            if (v[0] is < 1 or > 1e7 || v[0] != Math.Floor(v[0]) || v[1] != Math.Floor(v[1]) || Math.Abs(v[1]) > 1e15)
            {
                throw DataFile.Wrong(path, $"line {line}: frame (from 1) and id must be whole numbers");
            }
            var row = new MotRow((int)v[0], new TrackBox((long)v[1], v[2], v[3], v[4], v[5]), v.Length > 6 ? v[6] : 1, v.Length > 7 ? v[7] : 0);
            if (!seen.Add((row.Frame, row.Box.Id))) { throw DataFile.Wrong(path, $"line {line}: frame {row.Frame} lists id {row.Box.Id} twice"); }
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>The rules that the ground truth itself suggests.</summary>
    public static MotRules Detect(IReadOnlyList<MotRow> truth) =>
        truth.Count > 0 && truth.All(r => r.Class is >= 1 and <= 13 && r.Class == Math.Floor(r.Class)) ? MotRules.Mot16 : MotRules.Mot15;

    /// <summary>Frames to score: boxes by IoU.</summary>
    public static IReadOnlyList<TrackingFrame> Frames(IReadOnlyList<MotRow> truth, IReadOnlyList<MotRow> results, MotRules rules)
    {
        if (rules == MotRules.Auto) { rules = Detect(truth); }
        var (people, tracks) = (truth.ToLookup(r => r.Frame), results.ToLookup(r => r.Frame));
        var last = truth.Concat(results).Select(r => r.Frame).DefaultIfEmpty(0).Max();
        return [.. Enumerable.Range(1, last).Select(f => Frame([.. people[f]], [.. tracks[f].Select(r => r.Box)], rules))];
    }

    private static TrackingFrame Frame(MotRow[] people, TrackBox[] tracks, MotRules rules)
    {
        bool Ignored(MotRow r) => rules switch { MotRules.Mot16 => Distractors.Contains(r.Class), MotRules.Ignore => r.Flag == 0, _ => false };
        bool Counts(MotRow r) => r.Flag != 0 && (rules != MotRules.Mot16 || r.Class == 1);
        var kept = rules == MotRules.Mot15 ? tracks
            : [.. IgnoreRule.Keep([.. people.Select(p => p.Box)], [.. people.Select(Ignored)], [], tracks).Select(t => tracks[t])];
        TrackBox[] truth = [.. people.Where(Counts).Select(p => p.Box)];
        return TrackingFrame.Of([.. truth.Select(b => b.Id)], [.. kept.Select(b => b.Id)], (g, t) => truth[g].Iou(kept[t]));
    }
}
