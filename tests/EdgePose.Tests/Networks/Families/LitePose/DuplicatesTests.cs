using EdgePose.Domain;
using EdgePose.Networks.Families.LitePose;

namespace EdgePose.Tests.Networks.Families.LitePose;

public sealed class DuplicatesTests
{
    private static readonly (float X, float Y)[] Body =
        [.. Enumerable.Range(0, 14).Select(j => (100f + 10 * (j % 3), 50f + 12 * j))];

    [Fact]
    public void Suppress_NearlyEqualPeople_KeepsTheBetterOne() => Assert.Equal([0], Kept(Body, Moved(2), 14));

    [Fact]
    public void Suppress_FragmentOfAPerson_IsItsDuplicate() => Assert.Equal([0], Kept(Body, Moved(1), 5));

    [Fact]
    public void Suppress_PeopleSideBySide_KeepsBoth() => Assert.Equal([0, 1], Kept(Body, Moved(60), 14));

    [Fact]
    public void Suppress_PeopleWithoutACommonJoint_KeepsBoth()
    {
        var people = new GroupedPeople(14, 2);
        Set(people, Body, 0, 7);
        Set(people, Body, 7, 14);
        people.KeepAll();
        new Duplicates(Skeletons.CrowdPose14).Suppress(people, 0.7f);
        Assert.Equal(2, people.KeptCount);
    }

    private static (float X, float Y)[] Moved(float by) => [.. Body.Select(p => (p.X + by, p.Y + by))];

    private static int[] Kept((float X, float Y)[] first, (float X, float Y)[] second, int jointsOfSecond)
    {
        var people = new GroupedPeople(14, 2);
        Set(people, first, 0, 14);
        Set(people, second, 0, jointsOfSecond);
        people.KeepAll();
        new Duplicates(Skeletons.CrowdPose14).Suppress(people, 0.7f);
        return people.Kept[..people.KeptCount];
    }

    private static void Set(GroupedPeople people, (float X, float Y)[] points, int from, int to)
    {
        var person = people.Open();
        for (var j = from; j < to; j++)
        {
            var at = person * 14 + j;
            (people.X[at], people.Y[at], people.Value[at]) = (points[j].X, points[j].Y, 0.5f);
        }
    }
}
