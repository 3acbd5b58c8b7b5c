namespace EdgePose.Repository;

/// <summary>The assemblies of the product as they lie beside the tests; a new one is found by its name.</summary>
internal static class OwnAssemblies
{
    private static readonly string[] Tests = ["EdgePose.Tests", "EdgePose.SystemTests", "EdgePose.Benchmarks"];

    /// <summary>Full paths, sorted by name.</summary>
    public static IReadOnlyList<string> Paths { get; } =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Where(f => IsOwn(Path.GetFileNameWithoutExtension(f))
            && !Tests.Contains(Path.GetFileNameWithoutExtension(f))).Order(StringComparer.Ordinal),
    ];

    public static bool IsOwn(string assembly) => assembly.StartsWith("EdgePose", StringComparison.OrdinalIgnoreCase);
}
