using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Tests.Settings;

public sealed class SameSettingsTests
{
    private sealed record Inner(string Name, Secret? Password);

    private sealed record Outer(IReadOnlyList<Inner> Items, IReadOnlyDictionary<string, int> Numbers, TimeSpan Time);

    private static Outer Sample(string name = "a", string password = "p", int number = 1, double seconds = 1, bool asArray = false)
    {
        Inner item = new(name, new Secret(password));
        return new Outer(asArray ? [item] : new List<Inner> { item }, new Dictionary<string, int> { ["x"] = number }, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Are_EqualInsideListsAndDictionaries_IsTrue() => Assert.True(SameSettings.Are(Sample(), Sample(asArray: true)));

    [Fact]
    public void Are_AnyDifference_IsFalse() => Assert.All(
        [Sample(name: "b"), Sample(password: "q"), Sample(number: 2), Sample(seconds: 2), Sample() with { Items = [] }, Sample() with { Numbers = new Dictionary<string, int>() }],
        other => Assert.False(SameSettings.Are(Sample(), other)));

    [Fact]
    public void Are_NothingAndSomething_IsFalse() => Assert.Equal((true, false, false), (SameSettings.Are(null, null), SameSettings.Are(null, Sample()), SameSettings.Are(Sample(), null)));
}
