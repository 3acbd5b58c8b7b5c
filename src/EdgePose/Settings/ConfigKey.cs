namespace EdgePose.Settings;

/// <summary>Notation of a key's value.</summary>
internal enum KeyKind { Map, Text, Flag, Integer, Number, Rate, Duration, Choice, List, Secret }

/// <summary>
/// One key as the loader knows it. The list is recorded from the loader itself, so the manual and the JSON schema can be held
/// against it.
/// </summary>
/// <param name="Path">Dotted; a key that the user names is <c>&lt;id&gt;</c>.</param>
/// <param name="Kind">Notation of the value.</param>
/// <param name="Default">The default as the manual writes it; empty for a mapping.</param>
/// <param name="Min">Smallest number; null when there is no limit.</param>
/// <param name="Max">Largest number; null when there is no limit.</param>
/// <param name="Choices">The allowed words, for choices and lists of words.</param>
internal sealed record ConfigKey(string Path, KeyKind Kind, string Default, double? Min, double? Max, IReadOnlyList<string> Choices);
