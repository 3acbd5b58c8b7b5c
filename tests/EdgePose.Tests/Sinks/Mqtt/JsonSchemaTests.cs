using System.Text.Json;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>The checker must reject: otherwise the schema tests prove nothing.</summary>
public sealed class JsonSchemaTests
{
    private const string Person = """{"track":1,"score":0.5,"box":[0,0,1,1],"source":"held","age_ms":0,"points":[null,[0,1,0.5]]}""";

    private static string Poses(string person) =>
        """{"schema":"edgepose.poses/1","node":"n","stream":"s","epoch":1,"seq":0,"captured":"2026-11-22T03:15:07.214Z","published":"2026-11-22T03:15:07.214Z","age_ms":0,"clock":"synced","skeleton":"coco17","model":"m","people":["""
        + person + "]}";

    [Fact]
    public void Check_GoodDocument_IsValid() => Assert.Empty(JsonSchema.Load("poses.v1").Check(Poses(Person)));

    [Theory]
    [InlineData("\"track\":1", "\"track\":1.5", "$.people[0].track: is not of type integer")]
    [InlineData("\"track\":1", "\"track\":-1", "$.people[0].track: is below 0")]
    [InlineData("\"track\":1", "\"trak\":1", "$.people[0]: lacks track")]
    [InlineData("\"held\"", "\"guessed\"", "$.people[0].source: is none of")]
    [InlineData("[0,0,1,1]", "[0,0,1,1.2]", "$.people[0].box[3]: is above 1")]
    [InlineData("[0,0,1,1]", "[0,0,1]", "$.people[0].box: has fewer than 4 items")]
    [InlineData("[0,0,1,1]", "[0,0,1,1,1]", "$.people[0].box: has more than 4 items")]
    [InlineData("[0,1,0.5]", "[0,1.5,0.5]", "$.people[0].points[1]: fits none of the alternatives")]
    [InlineData("[0,1,0.5]", "\"\"", "$.people[0].points[1]: fits none of the alternatives")]
    [InlineData("\"node\":\"n\"", "\"node\":\"N/x\"", "$.node: does not match")]
    [InlineData("poses/1", "poses/2", "$.schema: is not edgepose.poses/1")]
    [InlineData("\"coco17\"", "\"\"", "$.skeleton: is too short")]
    public void Check_BadDocument_NamesThePlaceAndTheProblem(string good, string bad, string problem)
    {
        var json = Poses(Person).Replace(good, bad, StringComparison.Ordinal);

        Assert.Contains(JsonSchema.Load("poses.v1").Check(json), e => e.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_KeywordThatNobodyChecks_IsAnError()
    {
        using var schema = JsonDocument.Parse("""{"uniqueItems":true}""");

        Assert.Throws<NotSupportedException>(() => new JsonSchema(schema.RootElement).Check("[]"));
    }
}
