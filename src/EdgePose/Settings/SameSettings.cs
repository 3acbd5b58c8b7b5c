using System.Collections;
using System.Reflection;
using EdgePose.Domain;

namespace EdgePose.Settings;

/// <summary>
/// Whether two settings say the same: by value, also inside lists, which records themselves compare by reference. Everything that a record
/// keeps counts, so that a key that is added later cannot be forgotten here.
/// </summary>
internal static class SameSettings
{
    public static bool Are(object? a, object? b)
    {
        if (ReferenceEquals(a, b)) { return true; }
        if (a is null || b is null) { return false; }
        return (a, b) switch
        {
            (string x, string y) => x == y,
            (Secret x, Secret y) => x.Reveal() == y.Reveal(),
            (IDictionary x, IDictionary y) => Dictionaries(x, y),
            (IEnumerable x, IEnumerable y) => Lists(x, y),
            _ when a.GetType() != b.GetType() => false,
            _ when IsOurs(a.GetType()) => FieldsOf(a.GetType()).All(field => Are(field.GetValue(a), field.GetValue(b))),
            _ => a.Equals(b),
        };
    }

    private static bool IsOurs(Type type) =>
        type is { IsEnum: false, Namespace: { } space } && space.StartsWith(nameof(EdgePose), StringComparison.Ordinal);

    private static bool Dictionaries(IDictionary a, IDictionary b)
    {
        if (a.Count != b.Count) { return false; }
        foreach (DictionaryEntry entry in a)
        {
            if (!b.Contains(entry.Key) || !Are(entry.Value, b[entry.Key])) { return false; }
        }
        return true;
    }

    // An array and a list with the same items are the same setting: a default is often the one, what was read the other.
    private static bool Lists(IEnumerable a, IEnumerable b)
    {
        List<object?> x = [.. a], y = [.. b];
        if (x.Count != y.Count) { return false; }
        for (var i = 0; i < x.Count; i++)
        {
            if (!Are(x[i], y[i])) { return false; }
        }
        return true;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            foreach (var field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) { yield return field; }
        }
    }
}
