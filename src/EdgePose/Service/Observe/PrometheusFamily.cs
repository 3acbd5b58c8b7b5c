using System.Diagnostics.Metrics;

namespace EdgePose.Service.Observe;

/// <summary>What one instrument has measured, one series per set of labels. The caller locks.</summary>
internal sealed class PrometheusFamily
{
    // No instrument has more labels than this, so that a key can be made without allocating.
    private const int MaxLabels = 2;

    private readonly Dictionary<(string?, string?), Series> _series = [];
    private readonly double[] _bounds = [];

    public PrometheusFamily(Instrument instrument)
    {
        Name = instrument.Name;
        Help = instrument.Description ?? "";
        var kind = instrument.GetType().Name;
        IsObserved = instrument.IsObservable;
        Type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : kind.Contains("UpDown", StringComparison.Ordinal) || kind.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "counter";
        if (instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds }) { _bounds = [.. bounds]; }
    }

    public string Name { get; }
    public string Help { get; }

    /// <summary>counter, gauge or histogram.</summary>
    public string Type { get; }
    public bool IsObserved { get; }

    /// <summary>Upper bounds of the buckets, rising, without infinity.</summary>
    public IReadOnlyList<double> Bounds => _bounds;
    public IReadOnlyCollection<Series> AllSeries => _series.Values;

    /// <summary>Forgets what was observed: a series that is observed no more, such as that of a removed stream, disappears.</summary>
    public void Clear() => _series.Clear();

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labels.Length, MaxLabels);
        var key = (labels.Length > 0 ? labels[0].Value as string : null, labels.Length > 1 ? labels[1].Value as string : null);
        if (!_series.TryGetValue(key, out var series))
        {
            series = new Series([.. labels], Type == "histogram" ? _bounds.Length + 1 : 0);
            _series.Add(key, series);
        }
        if (Type == "histogram")
        {
            var at = Array.BinarySearch(_bounds, value);
            series.Buckets[at >= 0 ? at : ~at]++;
            series.Count++;
            series.Value += value;
        }
        else { series.Value = IsObserved || Type == "gauge" ? value : series.Value + value; }
    }

    /// <summary>One set of labels.</summary>
    internal sealed class Series(KeyValuePair<string, object?>[] labels, int buckets)
    {
        public KeyValuePair<string, object?>[] Labels { get; } = labels;

        /// <summary>Values per bucket, not added up; the last one is above every bound.</summary>
        public long[] Buckets { get; } = new long[buckets];
        public long Count { get; set; }

        /// <summary>The value, or the sum of a histogram's.</summary>
        public double Value { get; set; }
    }
}
