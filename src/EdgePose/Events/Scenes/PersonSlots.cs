namespace EdgePose.Events.Scenes;

/// <summary>
/// What one zone or rule remembers of each person: a slot for each <see cref="Person.Seat"/>. Grows with the largest crowd and
/// allocates nothing otherwise.
/// </summary>
/// <param name="fresh">The memory of a person who has just come.</param>
internal sealed class PersonSlots<T>(T fresh) where T : struct
{
    private const int Least = 8;

    private T[] _slots = [];

    /// <summary>Valid until the next <see cref="Begin"/>.</summary>
    public ref T this[Person person] => ref _slots[person.Seat];

    /// <summary>A person comes: what was known of an earlier one in the same seat is gone.</summary>
    public void Begin(Person person)
    {
        if (person.Seat >= _slots.Length) { Array.Resize(ref _slots, Math.Max(Least, 2 * person.Seat)); }
        _slots[person.Seat] = fresh;
    }
}
