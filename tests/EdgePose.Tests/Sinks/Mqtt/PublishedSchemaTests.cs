namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>The judge must reject: otherwise the schema tests prove nothing.</summary>
public sealed class PublishedSchemaTests
{
    private const string Person = """{"track":1,"score":0.5,"box":[0,0,1,1],"source":"held","age_ms":0,"points":[null,[0,1,0.5]]}""";

    private static string Poses(string person) =>
        """{"schema":"edgepose.poses/1","node":"n","stream":"s","epoch":1,"seq":0,"captured":"2026-11-22T03:15:07.214Z","published":"2026-11-22T03:15:07.214Z","age_ms":0,"clock":"synced","skeleton":"coco17","model":"m","people":["""
        + person + "]}";

    [Fact]
    public void Check_GoodDocument_IsValid() => Assert.Empty(PublishedSchema.Load("poses.v1").Check(Poses(Person)));

    [Theory]
    [InlineData("\"track\":1", "\"track\":1.5", "/people/0/track: type")]
    [InlineData("\"track\":1", "\"track\":-1", "/people/0/track: minimum")]
    [InlineData("\"track\":1", "\"trak\":1", "/people/0: required")]
    [InlineData("\"held\"", "\"guessed\"", "/people/0/source: enum")]
    [InlineData("[0,0,1,1]", "[0,0,1,1.2]", "/people/0/box/3: maximum")]
    [InlineData("[0,0,1,1]", "[0,0,1]", "/people/0/box: minItems")]
    [InlineData("[0,0,1,1]", "[0,0,1,1,1]", "/people/0/box: maxItems")]
    [InlineData("[0,1,0.5]", "[0,1.5,0.5]", "/people/0/points/1/1: maximum")]
    [InlineData("[0,1,0.5]", "\"\"", "/people/0/points/1: type")]
    [InlineData("\"node\":\"n\"", "\"node\":\"N/x\"", "/node: pattern")]
    [InlineData("poses/1", "poses/2", "/schema: const")]
    [InlineData("\"coco17\"", "\"\"", "/skeleton: minLength")]
    public void Check_BadDocument_NamesThePlaceAndTheProblem(string good, string bad, string problem)
    {
        var json = Poses(Person).Replace(good, bad, StringComparison.Ordinal);

        Assert.Contains(PublishedSchema.Load("poses.v1").Check(json), e => e.StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"maxitems":1}""", "[]")]
    [InlineData("""{"properties":{"a":{"minimun":1}}}""", """{"a":1}""")]
    public void Check_KeywordThatNobodyChecks_IsAnError(string schema, string json) =>
        Assert.Throws<NotSupportedException>(() => new PublishedSchema(schema).Check(json));
}
