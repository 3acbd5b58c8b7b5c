using EdgePose.Domain;
using Xunit.Abstractions;

namespace EdgePose.Repository;

/// <summary>The rule of dependencies, checked on the compiled product. The fixtures prove that the checker can fail.</summary>
public sealed class ArchitectureTests(ITestOutputHelper output)
{
    private static readonly string Product = typeof(Frame).Assembly.Location;

    [Fact]
    public void Product_KeepsTheRuleOfDependencies()
    {
        using var references = new TypeReferences(Product);
        var uses = references.Read();
        var ours = uses.Where(u => u.Key.Namespace is "EdgePose" || u.Key.Namespace.StartsWith("EdgePose.", StringComparison.Ordinal)).ToList();
        output.WriteLine($"{ours.Count} types, {ours.Sum(u => u.Value.Types.Count)} uses");
        Assert.NotEmpty(ours);
        var violations = uses.SelectMany(u => DependencyRule.Violations(u.Key, u.Value.Types)).ToList();
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void ModelTools_KnowsNothingOfTheDaemon()
    {
        using var references = new TypeReferences(Path.Combine(AppContext.BaseDirectory, "EdgePose.ModelTools.dll"));
        var strangers = references.Read().Values.SelectMany(u => u.Types).Select(t => t.Assembly).Distinct()
            .Where(a => !a.StartsWith("System.", StringComparison.Ordinal) && a is not ("EdgePose.ModelTools" or "Google.Protobuf"));
        Assert.Empty(strangers);
    }

    [Theory]
    [InlineData("Tracking.Fixtures.FieldOfAnotherFeature", "Tracking must not know Inference")]
    [InlineData("Tracking.Fixtures.BodyThatCallsAnotherFeature", "Tracking must not know Inference")]
    [InlineData("Tracking.Fixtures.LambdaThatCallsAnotherFeature", "Tracking must not know Inference")]
    [InlineData("Tracking.Fixtures.AsyncMethodWithAnotherFeature", "Tracking must not know Config")]
    [InlineData("Tracking.Fixtures.GenericArgumentOfAnotherFeature", "Tracking must not know Config")]
    [InlineData("Tracking.Fixtures.FrameHolder", "may see pixels")]
    [InlineData("Tracking.Fixtures.SlotReader", "may see pixels")]
    [InlineData("Tracking.Fixtures.ForeignPackage", "no folder owns")]
    [InlineData("Tracking.Fixtures.OnnxRuntimeOutsideInference", "Microsoft.ML.OnnxRuntime belongs to EdgePose.Inference")]
    [InlineData("Publish.Fixtures.MqttClientOutsideItsFolder", "MQTTnet belongs to EdgePose.Publish.Transport")]
    [InlineData("Publish.Fixtures.NativeCallOfItsOwn", "no folder owns native:libanother.so.1")]
    [InlineData("Domain.Fixtures.ValueThatReadsFiles", "Domain does no input or output")]
    [InlineData("Domain.Fixtures.ValueThatKnowsItsUser", "Domain must not know Tracking")]
    [InlineData("Unheard.Fixtures.NewArea", "area 'Unheard' has no place")]
    public void Violations_ForbiddenFixture_AreFound(string fixture, string expected)
    {
        Assert.Contains(ViolationsOf(fixture), v => v.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Tracking.Fixtures.GoodNeighbour")]
    [InlineData("Inference.Fixtures.FrameUser")]
    public void Violations_AllowedFixture_AreNone(string fixture) => Assert.Empty(ViolationsOf(fixture));

    private static List<string> ViolationsOf(string fixture)
    {
        using var references = new TypeReferences(typeof(ArchitectureTests).Assembly.Location);
        var (type, use) = references.Read().Single(u => u.Key.ToString() == "EdgePose." + fixture);
        return [.. DependencyRule.Violations(type, use.Types)];
    }
}
