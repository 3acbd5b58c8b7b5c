namespace EdgePose.Repository;

/// <summary>No type needs half of the product to be understood.</summary>
public sealed class FanOutTests(ITestOutputHelper output)
{
    private const int Limit = 40;

    /// <summary>Types above the limit that are still to be taken apart, with what each uses at most; an entry that is not needed fails the test.</summary>
    private static readonly (string Type, int Most)[] Known =
    [
        ("EdgePose.Service.Checkup", 47),
    ];

    [Fact]
    public void Types_UseFewOthers()
    {
        var all = OwnAssemblies.Paths.SelectMany(Of).OrderByDescending(f => f.Used).ToList();
        foreach (var one in all.Take(10)) { output.WriteLine(one.ToString()); }
        FanOut[] large = [.. all.Where(f => f.Used > Limit)];
        var problems = KnownExceptions.Problems(Known, large, (known, found) => known.Type == found.Type.ToString())
            .Concat(large.Where(f => Known.Any(k => k.Type == f.Type.ToString() && f.Used > k.Most)).Select(f => $"grew: {f}")).ToList();
        Assert.True(problems.Count == 0, $"types that use more than {Limit} others:\n{string.Join('\n', problems)}");
    }

    [Theory]
    [InlineData("EdgePose.Circles.Tree.Top", 2)] // an anonymous type and a tuple around them count for nothing
    [InlineData("EdgePose.Circles.Ring.First.Lambda", 1)]
    [InlineData("EdgePose.Circles.Ring.Second.Asynchronous", 1)] // found in the state machine that is nested in it
    [InlineData("EdgePose.Circles.Family.Noun", 0)]
    public void Of_Fixture_CountsOurTypes(string type, int used) =>
        Assert.Equal(used, Of(typeof(FanOutTests).Assembly.Location).Single(f => f.Type.ToString() == type).Used);

    private static IReadOnlyList<FanOut> Of(string assembly)
    {
        using var references = new TypeReferences(assembly);
        return FanOut.Of(references.Read());
    }
}
