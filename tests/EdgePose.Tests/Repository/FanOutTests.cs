using EdgePose.Service.Checks;

namespace EdgePose.Repository;

/// <summary>No type needs half of the product to be understood.</summary>
public sealed class FanOutTests(ITestOutputHelper output)
{
    internal const int Limit = 40;

    [Fact]
    public void Types_UseFewOthers()
    {
        var all = OwnAssemblies.Paths.SelectMany(Of).OrderByDescending(f => f.Used).ToList();
        foreach (var one in all.Take(10)) { output.WriteLine(one.ToString()); }
        FanOut[] large = [.. all.Where(f => f.Used > Limit)];
        Assert.True(large.Length == 0, $"types that use more than {Limit} others:\n{string.Join<FanOut>('\n', large)}");
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
