using EdgePose.Sinks.Sparkplug.Wire;

namespace EdgePose.Sinks.Sparkplug;

/// <summary>Metrics of the data types that EdgePose uses; the codes are those of Sparkplug 3.0, 6.4.16.</summary>
internal static class MetricValues
{
    private const uint Int64 = 4, UInt64 = 8, Double = 10, Boolean = 11, String = 12;

    public static Metric Count(string name, long value) => new() { Name = name, Datatype = Int64, LongValue = unchecked((ulong)value) };

    /// <summary>Unsigned, as the birth and death sequence number has to be.</summary>
    public static Metric Unsigned(string name, ulong value) => new() { Name = name, Datatype = UInt64, LongValue = value };

    public static Metric Number(string name, double value) =>
        double.IsFinite(value) ? new Metric { Name = name, Datatype = Double, DoubleValue = value } : Absent(name, Double);

    public static Metric Flag(string name, bool value) => new() { Name = name, Datatype = Boolean, BooleanValue = value };

    public static Metric Text(string name, string value) => new() { Name = name, Datatype = String, StringValue = value };

    public static Metric NoText(string name) => Absent(name, String);

    private static Metric Absent(string name, uint type) => new() { Name = name, Datatype = type, IsNull = true };
}
