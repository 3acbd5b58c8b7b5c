
namespace EdgePose.Repository;

/// <summary>The rule of dependencies, checked on the compiled product. The fixtures prove that the checker can fail.</summary>
public sealed class ArchitectureTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("EdgePose.Daemon")]
    [InlineData("EdgePose.Workshop")]
    [InlineData("edgepose")]
    public void Assembly_KeepsTheRuleOfDependencies(string assembly)
    {
        using var references = new TypeReferences(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        var uses = references.Read();
        var ours = uses.Where(u => u.Key.Namespace is "EdgePose" || u.Key.Namespace.StartsWith("EdgePose.", StringComparison.Ordinal)).ToList();
        output.WriteLine($"{ours.Count} types, {ours.Sum(u => u.Value.Types.Count)} uses");
        Assert.NotEmpty(uses);
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
    [InlineData("Events.Fixtures.FieldOfAnotherFeature", "Events must not know Networks")]
    [InlineData("Events.Fixtures.BodyThatCallsAnotherFeature", "Events must not know Networks")]
    [InlineData("Events.Fixtures.LambdaThatCallsAnotherFeature", "Events must not know Networks")]
    [InlineData("Events.Fixtures.AsyncMethodWithAnotherFeature", "Events must not know Sinks")]
    [InlineData("Events.Fixtures.GenericArgumentOfAnotherFeature", "Events must not know Sinks")]
    [InlineData("Events.Fixtures.FrameHolder", "may see pixels")]
    [InlineData("Events.Fixtures.SlotReader", "may see pixels")]
    [InlineData("Events.Fixtures.ForeignPackage", "no folder owns")]
    [InlineData("Events.Fixtures.OnnxRuntimeOutsideInference", "Microsoft.ML.OnnxRuntime belongs to EdgePose.Networks.Runtime")]
    [InlineData("Sinks.Fixtures.MqttClientOutsideItsFolder", "MQTTnet belongs to EdgePose.Sinks.Mqtt.Transport")]
    [InlineData("Sinks.Fixtures.NativeCallOfItsOwn", "no folder owns native:libanother.so.1")]
    [InlineData("Domain.Fixtures.ValueThatReadsFiles", "Domain does no input or output")]
    [InlineData("Domain.Fixtures.ValueThatKnowsItsUser", "Domain must not know Events")]
    [InlineData("Unheard.Fixtures.NewArea", "area 'Unheard' has no place")]
    public void Violations_ForbiddenFixture_AreFound(string fixture, string expected)
    {
        Assert.Contains(ViolationsOf(fixture), v => v.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Events.Fixtures.GoodNeighbour")]
    [InlineData("Networks.Runtime.Fixtures.FrameUser")]
    public void Violations_AllowedFixture_AreNone(string fixture) => Assert.Empty(ViolationsOf(fixture));

    private static List<string> ViolationsOf(string fixture)
    {
        using var references = new TypeReferences(typeof(ArchitectureTests).Assembly.Location);
        var (type, use) = references.Read().Single(u => u.Key.ToString() == "EdgePose." + fixture);
        return [.. DependencyRule.Violations(type, use.Types)];
    }
}
