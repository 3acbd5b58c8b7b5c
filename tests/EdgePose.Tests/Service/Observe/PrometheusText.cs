using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgePose.Tests.Service.Observe;

/// <summary>One line of values.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>
/// A strict reader of the text format 0.0.4: it knows nothing of the writer, and throws <see cref="FormatException"/> for whatever a
/// Prometheus server would refuse or misread.
/// </summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _helped = [], _seen = [];

    private PrometheusText() { }

    public List<Sample> Samples { get; } = [];
    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusText Parse(string text)
    {
        Need(text.Length > 0 && text[^1] == '\n', "the page does not end with a line feed");
        Need(!text.Contains('\r', StringComparison.Ordinal), "carriage return");
        var page = new PrometheusText();
        var family = "";
        foreach (var line in text[..^1].Split('\n'))
        {
            Need(line.Length > 0, "an empty line");
            if (line[0] == '#') { family = page.Comment(line, family); }
            else { page.Add(ParseSample(line), family, line); }
        }
        page.CheckHistograms();
        return page;
    }

    /// <summary>The value of the only series with these labels.</summary>
    public double Value(string name, params (string Label, string Value)[] labels) =>
        Samples.Single(s => s.Name == name && labels.All(l => s.Labels.TryGetValue(l.Label, out var v) && v == l.Value)).Value;

    /// <summary>Sum over all series that have these labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) =>
        Samples.Where(s => s.Name == name && labels.All(l => s.Labels.TryGetValue(l.Label, out var v) && v == l.Value)).Sum(s => s.Value);

    private string Comment(string line, string family)
    {
        var m = CommentLine().Match(line);
        Need(m.Success, $"neither HELP nor TYPE: {line}");
        var name = m.Groups[2].Value;
        if (m.Groups[1].Value == "HELP")
        {
            Need(_helped.Add(name), $"{name} is described twice");
            Need(!_types.ContainsKey(name), $"HELP of {name} comes after its TYPE");
            Unescape(m.Groups[3].Value, quotes: false);
            return name;
        }
        Need(family == name, $"TYPE of {name} does not follow its HELP");
        Need(m.Groups[3].Value is "counter" or "gauge" or "histogram", $"unknown type {m.Groups[3].Value}");
        Need(_types.TryAdd(name, m.Groups[3].Value), $"{name} has two types");
        return name;
    }

    private void Add(Sample sample, string family, string line)
    {
        Need(_types.TryGetValue(family, out var type), $"a value without a type: {line}");
        string[] names = type == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
        Need(names.Contains(sample.Name), $"{sample.Name} stands among the values of {family}");
        Need(type != "counter" || sample.Name.EndsWith("_total", StringComparison.Ordinal), $"the counter {sample.Name} does not end in _total");
        Need(type == "gauge" || !(sample.Value < 0), $"{line}: a count below zero");
        Need(sample.Labels.ContainsKey("le") == sample.Name.EndsWith("_bucket", StringComparison.Ordinal), $"le stands at buckets only: {line}");
        var series = sample.Name + string.Concat(sample.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"\u0001{l.Key}\u0002{l.Value}"));
        Need(_seen.Add(series), $"the series stands there twice: {line}");
        Samples.Add(sample);
    }

    private void CheckHistograms()
    {
        foreach (var name in _types.Where(t => t.Value == "histogram").Select(t => t.Key))
        {
            foreach (var series in Samples.Where(s => s.Name == name + "_bucket").GroupBy(s => Without(s, "le")))
            {
                var (bound, below) = (double.NegativeInfinity, 0.0);
                foreach (var bucket in series)
                {
                    var le = Number(bucket.Labels["le"]);
                    Need(le > bound, $"the bounds of {name} do not rise");
                    Need(bucket.Value >= below, $"the buckets of {name} are not cumulative");
                    (bound, below) = (le, bucket.Value);
                }
                Need(double.IsPositiveInfinity(bound), $"{name} has no bucket +Inf");
                Need(Samples.Single(s => s.Name == name + "_count" && Without(s, "") == series.Key).Value == below, $"{name}: count and last bucket differ");
                Need(Samples.Count(s => s.Name == name + "_sum" && Without(s, "") == series.Key) == 1, $"{name} has no sum");
            }
        }
    }

    private static string Without(Sample sample, string label) =>
        string.Join('\u0001', sample.Labels.Where(l => l.Key != label).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}\u0002{l.Value}"));

    private static Sample ParseSample(string line)
    {
        var m = SampleLine().Match(line);
        Need(m.Success, $"not a value: {line}");
        var labels = new Dictionary<string, string>();
        var rest = m.Groups[2].Value;
        while (rest.Length > 0)
        {
            var label = LabelText().Match(rest);
            Need(label.Success, $"bad labels: {line}");
            Need(labels.TryAdd(label.Groups[1].Value, Unescape(label.Groups[2].Value, quotes: true)), $"a label twice: {line}");
            Need(label.Length == rest.Length || (rest[label.Length] == ',' && rest.Length > label.Length + 1), $"bad labels: {line}");
            rest = label.Length == rest.Length ? "" : rest[(label.Length + 1)..];
        }
        return new Sample(m.Groups[1].Value, labels, Number(m.Groups[3].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value : throw new FormatException($"not a number: {text}"),
    };

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\') { plain.Append(text[i]); continue; }
            Need(++i < text.Length && (text[i] is '\\' or 'n' || (quotes && text[i] == '"')), $"bad escape: {text}");
            plain.Append(text[i] == 'n' ? '\n' : text[i]);
        }
        return plain.ToString();
    }

    private static void Need(bool condition, string problem)
    {
        if (!condition) { throw new FormatException(problem); }
    }

    [GeneratedRegex(@"^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$")]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (\S+)$")]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"^([a-zA-Z_][a-zA-Z0-9_]*)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex LabelText();
}
