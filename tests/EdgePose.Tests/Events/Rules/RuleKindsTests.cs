using EdgePose.Tests.Service.Configuration;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Settings;

namespace EdgePose.Tests.Events.Rules;

public sealed class RuleKindsTests
{
    [Fact]
    public void All_NamesEveryRuleOfTheProgramOnce()
    {
        var declared = typeof(RuleSettings).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(RuleSettings))).Select(t => t.DeclaringType!.Name);
        Assert.Equal(declared.Order(StringComparer.Ordinal), RuleKinds.All.Select(RuleOf).Order(StringComparer.Ordinal));
        Assert.Equal(RuleKinds.All.Count, RuleKinds.All.Select(k => k.Word).Distinct().Count());
    }

    [Fact]
    public void Events_AreNamedOnceAndNotAsThoseOfTheStream()
    {
        var names = RuleKinds.All.SelectMany(k => k.Events).Append(EventType.StreamLost).Append(EventType.StreamRestored).Append(EventType.Gap).Select(t => t.Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches("^[a-z]+(_[a-z]+)*$", n));
    }

    [Fact]
    public void Keys_EachHasATextAndStandsOnce()
    {
        Assert.Equal(RuleDocuments.Keys.Count, RuleDocuments.Keys.Select(k => k.Path).Distinct().Count());
        Assert.All(RuleDocuments.Keys, k => Assert.NotEmpty(k.Doc.Text));
    }

    [Theory]
    [InlineData("after", "line 200ms")]
    [InlineData("after", "others 0s")]
    [InlineData("end_after", "wrong_way 1s")]
    [InlineData("update_every", "fall 10s")]
    [InlineData("cooldown", "crowding, fall and lying 10s")]
    [InlineData("angle", "fall 50, lying 60")]
    [InlineData("speed", "fall 1.6, wrong_way 0.05")]
    public void Keys_WithDefaultsByType_SayWhichTypeHasWhich(string key, string part)
    {
        var found = RuleDocuments.Keys.Single(k => k.Path == key);
        Assert.Equal("by type", found.Default);
        Assert.Contains(part, found.Doc.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("angle", "Angle from vertical beyond which a torso is tilted. Only for fall and lying.")]
    [InlineData("end_after", "How long the condition must be over before the event ends. Not for line.")]
    [InlineData("speed", "fall: Torso lengths per second at which the shoulders come down; people who lie down on purpose stay below 1.5. wrong_way: Picture heights per second.")]
    [InlineData("after", "How long the condition must hold before the event starts.")]
    public void Keys_TextsSayForWhichTypesTheyAre(string key, string text) => Assert.Equal(text, RuleDocuments.Keys.Single(k => k.Path == key).Doc.Text);

    [Fact]
    public void KeysOf_AKind_AreItsOwnAndThoseOfAll() => Assert.Equal(
        ["line", "crossing", "after", "cooldown", "min_age", "min_score", "schedule"], RuleDocuments.KeysOf(LineRule.Kind));

    [Fact]
    public void Read_EveryKindWithItsDefaults_IsOfThatKind()
    {
        foreach (var kind in RuleKinds.All)
        {
            var yaml = $"streams: {{ a: {{ url: rtsp://h/1, zones: {{ z: [[0,0],[1,0],[1,1]] }}, lines: {{ l: [[0,0],[1,1]] }}, rules: {{ r: {{ type: {kind.Word}, {Needs(kind)} }} }} }} }}";
            Assert.Same(kind, Assert.Single(Loading.Good(yaml).Streams[0].Events.Rules).Kind);
        }
    }

    private static string Needs(RuleKind kind) => kind.Zone == ZoneUse.Required ? "zone: z" : kind == LineRule.Kind ? "line: l" : kind == WrongWayRule.Kind ? "direction: [1, 0]" : "cooldown: 0s";

    private static string RuleOf(RuleKind kind) => kind.Read(
        new RuleKeys(new Section(null, "", "", new ReadContext(new EdgePose.Settings.Problems.ProblemList(), "rules", _ => null)), kind, new RuleNames(new(), [], []))).GetType().DeclaringType!.Name;
}
