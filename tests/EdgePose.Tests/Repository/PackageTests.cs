using System.Text.Json;
using System.Xml.Linq;
using EdgePose.TestSupport;

namespace EdgePose.Repository;

/// <summary>What the product is made of, read from the lock files.</summary>
public sealed class PackageTests
{
    private const string Onnx = "Microsoft.ML.OnnxRuntime", Gpu = Onnx + ".Gpu.Linux", Binding = Onnx + ".Managed";
    private static readonly string[] Product = ["EdgePose", "EdgePose.ModelTools", "EdgePose.Program", "EdgePose.Workshop"];

    /// <summary>What comes with the packages that we name. Whoever adds to it has looked at its licence and at what it is for.</summary>
    private static readonly string[] Brought = ["Instances", Binding, "Serilog.Extensions.Logging", "Spectre.Console.Ansi", "System.Numerics.Tensors"];

    [Fact]
    public void Product_BringsOnlyKnownPackages()
    {
        var brought = Product.SelectMany(p => Locked($"src/{p}/packages.lock.json").Where(e => e.Type == "Transitive")).Select(e => e.Name).Distinct();
        Assert.Equal(Brought.Order(StringComparer.Ordinal), brought.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("packages.lock.json", Onnx)]
    [InlineData("packages.gpu.lock.json", Gpu)]
    public void Binding_OfBothFlavours_IsOfTheVersionThatReadsOlderLibraries(string lockFile, string native)
    {
        var entries = Locked($"src/EdgePose/{lockFile}");
        // 1.31 would refuse every native library below 1.31: the window of OrtRuntime would have to move with it.
        Assert.All(entries.Where(e => e.Name == Binding), e => Assert.Equal("1.30.0", e.Version));
        Assert.Contains(entries, e => e.Name == Binding);
        Assert.Equal([Pinned(native)], entries.Where(e => e.Name == native).Select(e => e.Version).Distinct());
    }

    [Fact]
    public void GpuFlavour_DiffersInOnnxRuntimeOnly()
    {
        foreach (var project in Product)
        {
            var (usual, gpu) = (Locked($"src/{project}/packages.lock.json"), Locked($"src/{project}/packages.gpu.lock.json"));
            var hint = $"src/{project}: after a change of packages: dotnet restore src/EdgePose.Program -p:OnnxRuntimeGpu=true";
            Assert.True(Others(usual).SequenceEqual(Others(gpu)), hint);
        }
    }

    [Fact]
    public void Npm_BringsTheDemoModelsOnly()
    {
        using var package = JsonDocument.Parse(SourceTree.Read("package.json"));
        Assert.Equal("@vladmandic/human", Assert.Single(package.RootElement.GetProperty("dependencies").EnumerateObject()).Name);
        Assert.False(package.RootElement.TryGetProperty("devDependencies", out _));
    }

    private static IEnumerable<(string, string)> Others(List<(string Name, string Type, string Version)> entries) =>
        entries.Where(e => e.Name is not (Onnx or Gpu)).Select(e => (e.Name, e.Version)).Order();

    private static string Pinned(string package) =>
        XDocument.Parse(SourceTree.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Single(v => (string?)v.Attribute("Include") == package).Attribute("Version")!.Value;

    /// <summary>Name, type and version of all entries; those of our own projects have no version.</summary>
    private static List<(string Name, string Type, string Version)> Locked(string file)
    {
        using var document = JsonDocument.Parse(SourceTree.Read(file));
        return
        [
            .. from framework in document.RootElement.GetProperty("dependencies").EnumerateObject()
               from entry in framework.Value.EnumerateObject()
               let version = entry.Value.TryGetProperty("resolved", out var resolved) ? resolved.GetString()! : ""
               select (entry.Name, entry.Value.GetProperty("type").GetString()!, version),
        ];
    }
}
