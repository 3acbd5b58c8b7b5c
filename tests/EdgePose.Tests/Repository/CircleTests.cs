using EdgePose.Domain;

namespace EdgePose.Repository;

/// <summary>No circle between folders at any depth, checked on the compiled product. The fixtures prove that the search can fail.</summary>
public sealed class CircleTests(ITestOutputHelper output)
{
    [Fact]
    public void Product_HasNoCircle()
    {
        Assert.Contains(typeof(Frame).Assembly.Location, OwnAssemblies.Paths);
        var found = OwnAssemblies.Paths.SelectMany(p => CirclesOf(p).Select(c => $"{Path.GetFileNameWithoutExtension(p)}: {c}")).ToList();
        output.WriteLine($"{found.Count} circles in {string.Join(", ", OwnAssemblies.Paths.Select(Path.GetFileName))}");
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Find_FolderAndItsSubFolder_AreTwoNodes()
    {
        var circle = Assert.Single(FixtureCircles("EdgePose.Circles.Family"));
        Assert.Equal(["EdgePose.Circles.Family", "EdgePose.Circles.Family.Child"], circle.Namespaces);
        Assert.Equal(["Parent uses Leaf", "Leaf uses Noun"], circle.Edges.Select(e => $"{e.User.Name} uses {e.Used.Name}"));
    }

    [Fact]
    public void Find_RingOfThree_NamesEveryEdgeAndNothingOutside()
    {
        var circle = Assert.Single(FixtureCircles("EdgePose.Circles.Ring"));
        Assert.Equal("EdgePose.Circles.Ring.First + EdgePose.Circles.Ring.Second + EdgePose.Circles.Ring.Third", circle.Name);
        Assert.Equal(["Lambda uses Asynchronous", "Asynchronous uses Base", "Constrained`1 uses Leaf"], circle.Edges.Select(e => $"{e.User.Name} uses {e.Used.Name}"));
        Assert.All(circle.Edges, e => Assert.Equal(1, e.Pairs));
    }

    [Fact]
    public void Find_Tree_IsNoCircle() => Assert.Empty(FixtureCircles("EdgePose.Circles.Tree"));

    [Fact]
    public void Find_SeveralCircles_AreToldApart() => Assert.Equal(2, FixtureCircles("EdgePose.Circles").Count);

    private static IReadOnlyList<NamespaceCircle> CirclesOf(string assembly)
    {
        using var references = new TypeReferences(assembly);
        return NamespaceCircles.Find(references.Read());
    }

    private static IReadOnlyList<NamespaceCircle> FixtureCircles(string within)
    {
        using var references = new TypeReferences(typeof(CircleTests).Assembly.Location);
        return NamespaceCircles.Find(references.Read().Where(u => $"{u.Key.Namespace}.".StartsWith($"{within}.", StringComparison.Ordinal)).ToDictionary());
    }
}
