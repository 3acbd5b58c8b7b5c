using EdgePose.Domain;
using EdgePose.Networks.TopDown;

namespace EdgePose.People.Persons;

/// <summary>
/// The people of one stream, one record for each human. The estimator follows boxes, the tracker knows identities; where a pose of the one
/// goes to an identity of the other, both become one record here, and a record ends when neither wants it. Allocates only for a larger
/// crowd than before. Not thread-safe.
/// </summary>
internal sealed class Crowd(Skeleton skeleton, float jointThreshold) : IFollowedPeople
{
    // In the order that the estimator gave them.
    private readonly List<Person> _followed = [], _order = [];
    private readonly Stack<Person> _free = [];
    private long _lastNumber;

    /// <summary>Every record in use.</summary>
    public List<Person> All { get; } = [];

    /// <summary>Those whom the tracker knows, in the order in which it met them. Only the tracker changes the list.</summary>
    public List<Person> Tracked { get; } = [];

    public bool IsAnybodyListed
    {
        get
        {
            foreach (var person in Tracked)
            {
                if (person.Listed is not null) { return true; }
            }
            return false;
        }
    }

    int IFollowedPeople.Count => _followed.Count;

    FollowedPerson IFollowedPeople.this[int index] => _followed[index].Follow;

    FollowedPerson IFollowedPeople.Begin()
    {
        var person = New();
        person.IsFollowed = true;
        person.Follow.Id = ++_lastNumber;
        _followed.Add(person);
        return person.Follow;
    }

    void IFollowedPeople.Keep(List<FollowedPerson> remaining)
    {
        _order.Clear();
        foreach (var follow in remaining)
        {
            foreach (var person in _followed)
            {
                if (person.Follow == follow) { _order.Add(person); break; }
            }
        }
        foreach (var person in _followed) { person.IsFollowed = false; }
        foreach (var person in _order) { person.IsFollowed = true; }
        _followed.Clear();
        _followed.AddRange(_order);
    }

    /// <summary>
    /// A new identity for somebody whose pose the estimator knows by <paramref name="number"/> (<see cref="Pose.Person"/>): added to
    /// <see cref="Tracked"/>.
    /// </summary>
    public Person Meet(long number)
    {
        var follower = FollowerOf(number);
        var person = follower is { IsTracked: false, Pace.IsKnown: false } ? follower : New();
        (person.IsTracked, person.HasStoodApart) = (true, false);
        Tracked.Add(person);
        Unite(person, number);
        return person;
    }

    /// <summary>The pose that the estimator knows by <paramref name="number"/> is that of <paramref name="taker"/>, and of nobody else.</summary>
    /// <param name="taker">Whose pose it is.</param>
    /// <param name="number">0 = the estimator follows nobody.</param>
    /// <param name="foundTwice">Whom the estimator followed under this record so far is the same human, and is followed no more.</param>
    public void Unite(Person taker, long number, bool foundTwice = false)
    {
        if (number == 0) { return; }
        foreach (var person in Tracked)
        {
            if (person.Track.Person == number) { person.Track.Person = 0; }
        }
        if (FollowerOf(number) is not { } giver || giver == taker) { return; }
        if (taker.IsFollowed && foundTwice) { _followed.Remove(taker); }
        else if (taker.IsFollowed)
        {
            // Whom the estimator has followed under this record so far is somebody else, of whom no more is known.
            var other = New();
            (other.IsFollowed, other.Follow, taker.Follow) = (true, taker.Follow, other.Follow);
            _followed[_followed.IndexOf(taker)] = other;
        }
        (taker.Follow, giver.Follow) = (giver.Follow, taker.Follow);
        (taker.IsFollowed, giver.IsFollowed) = (true, false);
        _followed[_followed.IndexOf(giver)] = taker;
    }

    /// <summary>The tracker gives up who stands at this place of <see cref="Tracked"/>.</summary>
    public void GiveUpAt(int index)
    {
        (Tracked[index].IsTracked, Tracked[index].Listed) = (false, null);
        Tracked.RemoveAt(index);
    }

    /// <summary>Ends a frame: forgets whom nobody tracks and nobody follows.</summary>
    public void Forget()
    {
        for (var i = All.Count - 1; i >= 0; i--)
        {
            var person = All[i];
            if (person.IsTracked || person.IsFollowed || person.Pace.IsKnown) { continue; }
            person.Flow.Forget();
            All.RemoveAt(i);
            _free.Push(person);
        }
    }

    private Person? FollowerOf(long number)
    {
        if (number == 0) { return null; }
        foreach (var person in _followed)
        {
            if (person.Follow.Id == number) { return person; }
        }
        return null;
    }

    private Person New()
    {
        if (_free.Count == 0) { Forget(); }
        if (!_free.TryPop(out var person))
        {
            person = new Person(skeleton.Count, Math.Min(skeleton.BodyJoints, skeleton.Count), jointThreshold);

            // Room for all of them now, so that giving them back later never allocates.
            _free.EnsureCapacity(All.Count + 1);
        }
        All.Add(person);
        return person;
    }
}
