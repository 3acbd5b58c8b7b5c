namespace EdgePose.Repository;

/// <summary>
/// Who may know whom. An area is the first name below <c>EdgePose</c>: <c>EdgePose.Sinks.Mqtt.Topics</c> is in area
/// <c>Sinks</c>. Whatever is not listed here is forbidden, so that a new area or package has to be placed on purpose.
/// </summary>
internal static class DependencyRule
{
    private static readonly string[] Rooms = ["Loops", "Settings", "Streams", "Networks", "People", "Events", "Delivery", "Sinks"];

    public static IReadOnlyDictionary<string, string[]> Areas { get; } = new Dictionary<string, string[]>
    {
        ["Domain"] = [],
        ["Loops"] = [],
        ["Settings"] = ["Domain"],
        ["Streams"] = ["Domain", "Loops", "Settings"],
        ["Networks"] = ["Domain", "Loops", "Settings"],
        ["People"] = ["Domain", "Settings", "Networks"],
        ["Events"] = ["Domain", "Loops", "Settings"],
        ["Delivery"] = ["Domain", "Loops", "Settings"],
        ["Sinks"] = ["Domain", "Loops", "Settings", "Delivery"],
        ["Service"] = ["Domain", .. Rooms],
        ["Cli"] = ["Domain", "Settings", "Service"],
        ["Workshop"] = ["Domain", .. Rooms, "Service", "Cli", "ModelTools"],
        // The entry point and what the compiler puts into no namespace.
        [""] = ["Cli", "Workshop"],
    };

    /// <summary>Foreign assemblies (a trailing dot matches all names that begin so) and the namespaces that may use them.</summary>
    public static IReadOnlyList<(string Assembly, string[] Namespaces)> Owners { get; } =
    [
        ("Microsoft.Extensions.Logging.Abstractions", [.. Rooms.Select(r => "EdgePose." + r), "EdgePose.Service", "EdgePose.Cli", "EdgePose.Workshop"]),
        ("Microsoft.ML.OnnxRuntime", ["EdgePose.Networks.Runtime"]),
        ("YamlDotNet", ["EdgePose.Settings.Yaml"]),
        ("Serilog", ["EdgePose.Service"]), ("Serilog.", ["EdgePose.Service"]),
        ("Microsoft.AspNetCore", ["EdgePose.Service"]), ("Microsoft.AspNetCore.", ["EdgePose.Service"]), ("Microsoft.Extensions.", ["EdgePose.Service"]),
        ("System.CommandLine", ["EdgePose.Cli", "EdgePose.Workshop.Verbs"]), ("Spectre.Console", ["EdgePose.Cli", "EdgePose.Workshop.Verbs"]),
        ("Spectre.Console.", ["EdgePose.Cli", "EdgePose.Workshop.Verbs"]),
        // Sparkplug B is protobuf on the wire; otherwise only the model tools, which are another assembly, know it.
        ("Google.Protobuf", ["EdgePose.Sinks.Sparkplug"]),
        ("FFMpegCore", ["EdgePose.Workshop.Media"]), ("Instances", ["EdgePose.Workshop.Media"]),
        ("MQTTnet", ["EdgePose.Sinks.Mqtt.Transport"]),
        ("native:libc", ["EdgePose"]), ("native:libc.", ["EdgePose"]),
    ];

    /// <summary>The product's promise that no pixel leaves the process rests on these types staying where pixels are worked on.</summary>
    private static readonly string[] Pixels = ["EdgePose.Domain.Frame", "EdgePose.Domain.FrameSlot"];
    public static IReadOnlyList<string> PixelAreas { get; } = ["Domain", "Streams", "Networks", "People", "Service", "Workshop"];

    /// <summary>What <paramref name="user"/> uses against the rule, one sentence each.</summary>
    public static IEnumerable<string> Violations(TypeName user, IEnumerable<TypeName> used)
    {
        var area = Area(user);
        if (!Areas.TryGetValue(area, out var allowed))
        {
            return [$"{user}: area '{area}' has no place in the rule of dependencies"];
        }
        return used.Select(type => Problem(user, area, allowed, type)).OfType<string>().Order(StringComparer.Ordinal);
    }

    private static string? Problem(TypeName user, string area, string[] allowed, TypeName type)
    {
        if (IsOurs(type))
        {
            var other = Area(type);
            if (Pixels.Contains(type.ToString()) && !PixelAreas.Contains(area)) { return $"{user} uses {type}: only {string.Join(", ", PixelAreas)} may see pixels"; }
            // Types without a namespace are the compiler's own (inline arrays, constant data).
            return other.Length == 0 || other == area || allowed.Contains(other) ? null : $"{user} uses {type}: {area} must not know {other}";
        }
        if (area == "Domain" && IsInputOrOutput(type.Namespace)) { return $"{user} uses {type}: Domain does no input or output"; }
        if (IsBaseLibrary(type.Assembly)) { return null; }
        var owner = Owners.FirstOrDefault(o => o.Assembly == type.Assembly
            || (o.Assembly.EndsWith('.') && type.Assembly.StartsWith(o.Assembly, StringComparison.Ordinal)));
        if (owner.Assembly is null) { return $"{user} uses {type}: no folder owns {type.Assembly}"; }
        return owner.Namespaces.Any(n => IsWithin(user.Namespace, n)) ? null
            : $"{user} uses {type}: {type.Assembly} belongs to {string.Join(", ", owner.Namespaces)}";
    }

    private static string Area(TypeName type) =>
        type.Namespace.StartsWith("EdgePose.", StringComparison.Ordinal) ? type.Namespace.Split('.')[1] : "";

    private static bool IsOurs(TypeName type) => type.Assembly.StartsWith("edgepose", StringComparison.OrdinalIgnoreCase);

    private static bool IsWithin(string inner, string outer) => inner == outer || inner.StartsWith(outer + ".", StringComparison.Ordinal);

    private static bool IsBaseLibrary(string assembly) => assembly is "netstandard" or "mscorlib" or "Microsoft.CSharp" or "Microsoft.Win32.Primitives"
        || (assembly.StartsWith("System.", StringComparison.Ordinal) && assembly is not "System.CommandLine");

    private static bool IsInputOrOutput(string name) => IsWithin(name, "System.IO") || IsWithin(name, "System.Net");
}
