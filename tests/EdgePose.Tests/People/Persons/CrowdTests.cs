using EdgePose.Domain;
using EdgePose.Networks.TopDown;
using EdgePose.People.Persons;

namespace EdgePose.Tests.People.Persons;

/// <summary>One record for each human, whatever the stages know of them.</summary>
public sealed class CrowdTests
{
    private readonly Crowd _crowd = new(Skeletons.Coco17, 0.3f);

    private IFollowedPeople Followed => _crowd;

    [Fact]
    public void Meet_SomebodyWhoIsFollowed_IsTheSameRecord()
    {
        var follow = Followed.Begin();
        var person = _crowd.Meet(follow.Id);
        Assert.Same(follow, person.Follow);
        Assert.Equal([person], _crowd.All);
        Assert.Equal((true, true), (person.IsFollowed, person.IsTracked));
    }

    [Fact]
    public void Meet_SomebodyWhomNoEstimatorFollows_IsARecordOfTheirOwn()
    {
        Followed.Begin();
        Assert.False(_crowd.Meet(0).IsFollowed);
        Assert.Equal(2, _crowd.All.Count);
    }

    [Fact]
    public void Unite_PoseOfAnotherRecord_TakesItsFollowingAlong()
    {
        var (a, b) = (Followed.Begin(), Followed.Begin());
        var (first, second) = (_crowd.Meet(a.Id), _crowd.Meet(b.Id));
        (first.Track.Person, second.Track.Person) = (a.Id, b.Id);
        // Two people cross: the tracker says that the pose followed as b is the first one.
        _crowd.Unite(first, b.Id);
        Assert.Same(b, first.Follow);
        Assert.Equal((true, false), (first.IsFollowed, second.IsFollowed));
        Assert.Equal(0, second.Track.Person);
        // Whom the estimator followed as a is still followed, at the same place of its list.
        Assert.Equal([a, b], Enumerable.Range(0, Followed.Count).Select(i => Followed[i]));
        _crowd.Unite(second, a.Id);
        Assert.Equal([b, a], new[] { first.Follow, second.Follow });
        _crowd.Forget();
        Assert.Equal(2, _crowd.All.Count);
    }

    [Fact]
    public void Unite_PersonFoundTwice_IsFollowedOnce()
    {
        var (a, b) = (Followed.Begin(), Followed.Begin());
        var person = _crowd.Meet(a.Id);
        _crowd.Unite(person, b.Id, foundTwice: true);
        Assert.Same(b, person.Follow);
        Assert.Equal([b], Enumerable.Range(0, Followed.Count).Select(i => Followed[i]));
        _crowd.Forget();
        Assert.Equal([person], _crowd.All);
    }

    [Fact]
    public void Forget_WhoIsNeitherTrackedNorFollowed_IsGoneAndUsedAgain()
    {
        var person = _crowd.Meet(Followed.Begin().Id);
        _crowd.GiveUpAt(0);
        _crowd.Forget();
        Assert.Equal([person], _crowd.All);
        Followed.Keep([]);
        Assert.Equal(0, Followed.Count);
        _crowd.Forget();
        Assert.Empty(_crowd.All);
        Assert.Same(person, _crowd.Meet(0));
    }

    [Fact]
    public void Keep_SomeOfThemInAnotherOrder_FollowsTheseOnly()
    {
        var (a, b, c) = (Followed.Begin(), Followed.Begin(), Followed.Begin());
        Followed.Keep([c, a]);
        Assert.Equal([c, a], Enumerable.Range(0, Followed.Count).Select(i => Followed[i]));
        _crowd.Forget();
        Assert.Equal(2, _crowd.All.Count);
        Assert.DoesNotContain(b, _crowd.All.Select(p => p.Follow));
        // Numbers are not used again.
        Assert.True(Followed.Begin().Id > 3);
    }

    [Fact]
    public void Records_ComeAndGo_AllocateNothing()
    {
        List<FollowedPerson> some = [];
        Assert.Equal(0, TestSupport.Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                some.Clear();
                some.Add(Followed.Begin());
                Followed.Begin();
                _crowd.Meet(some[0].Id);
                Followed.Keep(some);
                some.Clear();
                Followed.Keep(some);
                _crowd.GiveUpAt(0);
                _crowd.Forget();
            }
        }));
        Assert.Empty(_crowd.All);
    }
}
