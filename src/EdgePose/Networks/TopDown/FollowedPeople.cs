namespace EdgePose.Networks.TopDown;

/// <summary>People who are followed and of whom nobody else knows, as on pictures and in measurements. Allocates only for a larger crowd than before.</summary>
internal sealed class FollowedPeople(int joints) : IFollowedPeople
{
    private readonly List<FollowedPerson> _people = [];
    private readonly Stack<FollowedPerson> _free = new();
    private long _last;

    public int Count => _people.Count;
    public FollowedPerson this[int index] => _people[index];

    public FollowedPerson Begin()
    {
        var person = _free.TryPop(out var free) ? free : new FollowedPerson(joints);
        person.Id = ++_last;
        _people.Add(person);
        return person;
    }

    public void Keep(List<FollowedPerson> remaining)
    {
        foreach (var person in _people)
        {
            if (!remaining.Contains(person)) { _free.Push(person); }
        }
        _people.Clear();
        _people.AddRange(remaining);
    }
}
