using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace EdgePose.Service.Observe;

/// <summary>
/// Listens to the instruments of <see cref="Metrics"/> and writes them in Prometheus' text format 0.0.4
/// (prometheus/docs:content/docs/instrumenting/exposition_formats.md). Histograms count from the moment at which the page was made.
/// </summary>
internal sealed class PrometheusPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Metrics _metrics;
    private readonly MeterListener _listener = new();
    private readonly List<PrometheusFamily> _families = [];
    private readonly Lock _gate = new();

    public PrometheusPage(Metrics metrics)
    {
        _metrics = metrics;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, metrics.Meter)) { return; }
            var family = new PrometheusFamily(instrument);
            lock (_gate) { _families.Add(family); }
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, labels, family) => Add(value, labels, family));
        _listener.SetMeasurementEventCallback<double>((_, value, labels, family) => Add(value, labels, family));
        _listener.Start();
    }

    /// <summary>The page as of now; observed values are all of one moment.</summary>
    public string Write()
    {
        var text = new StringBuilder(8192);
        _metrics.AtOneMoment(() =>
        {
            lock (_gate)
            {
                foreach (var family in _families.Where(f => f.IsObserved)) { family.Clear(); }
            }
            _listener.RecordObservableInstruments();
            lock (_gate)
            {
                foreach (var family in _families.OrderBy(f => f.Name, StringComparer.Ordinal)) { Write(text, family); }
            }
        });
        return text.ToString();
    }

    // On the thread that measures, the inference thread among them.
    private void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? family)
    {
        lock (_gate) { ((PrometheusFamily)family!).Add(value, labels); }
    }

    private static void Write(StringBuilder text, PrometheusFamily family)
    {
        if (family.AllSeries.Count == 0) { return; }
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
        foreach (var series in family.AllSeries)
        {
            if (family.Type != "histogram")
            {
                Sample(text, family.Name, series.Labels, "", series.Value);
                continue;
            }
            var below = 0L;
            for (var i = 0; i < series.Buckets.Length; i++)
            {
                below += series.Buckets[i];
                Sample(text, family.Name + "_bucket", series.Labels, i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf", below);
            }
            Sample(text, family.Name + "_sum", series.Labels, "", series.Value);
            Sample(text, family.Name + "_count", series.Labels, "", series.Count);
        }
    }

    private static void Sample(StringBuilder text, string name, KeyValuePair<string, object?>[] labels, string bound, double value)
    {
        text.Append(name);
        var opened = false;
        foreach (var (label, content) in labels) { Label(label, content as string ?? ""); }
        if (bound.Length > 0) { Label("le", bound); }
        text.Append(opened ? "} " : " ").Append(Number(value)).Append('\n');

        void Label(string label, string content)
        {
            text.Append(opened ? ',' : '{').Append(label).Append("=\"").Append(Escape(content, quotes: true)).Append('"');
            opened = true;
        }
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    public void Dispose() => _listener.Dispose();
}
