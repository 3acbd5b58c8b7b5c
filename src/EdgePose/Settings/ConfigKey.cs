namespace EdgePose.Settings;

/// <summary>Notation of a key's value.</summary>
internal enum KeyKind { Map, Text, Flag, Integer, Number, Rate, Duration, Choice, List, Secret, Size, TimeOfDay, Direction, Points, Numbers }

/// <summary>One key as its reader declared it. The manual and the JSON schema are written from the list of all.</summary>
/// <param name="Path">Dotted; a name that the user chooses is <c>&lt;id&gt;</c>.</param>
/// <param name="Kind">Notation of the value.</param>
/// <param name="Doc">What the manual says.</param>
internal sealed record ConfigKey(string Path, KeyKind Kind, Doc Doc)
{
    public const string Named = "<id>";

    /// <summary>The default where it is a value of the key, as the manual writes it.</summary>
    public string? Value { get; init; }

    /// <summary>Stated instead of the default where that is the value of another section.</summary>
    public string InheritsFrom { get; init; } = "";

    /// <summary>The default as the manual states it; empty for a mapping.</summary>
    public string Default => Kind == KeyKind.Map ? "" : InheritsFrom.Length > 0 ? InheritsFrom : Doc.Default.Length > 0 ? Doc.Default : Value ?? "none";

    public bool IsRequired => Doc.Default == "required";

    /// <summary>True when <see cref="Default"/> is a value that a reader of the JSON schema can insert.</summary>
    public bool HasDefault => Value is not null && InheritsFrom.Length == 0 && Doc.Default.Length == 0;

    /// <summary>Smallest number, or number of points; null when there is no limit.</summary>
    public double? Min { get; init; }

    /// <summary>Largest number, or number of points or items; null when there is no limit.</summary>
    public double? Max { get; init; }

    /// <summary>How many numbers a list of numbers has.</summary>
    public int Count { get; init; }

    /// <summary>The limits in the notation of the key, such as <c>5s-18h</c>; empty when there are none.</summary>
    public string Range { get; init; } = "";

    /// <summary>The allowed words, for choices and lists of words.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The manual's example of a name that the user chooses.</summary>
    public string Sample { get; init; } = "";

    /// <summary>The key that a plain text stands for where a mapping is expected; empty when only a mapping will do.</summary>
    public string Shorthand { get; init; } = "";

    public string Name => Path[(Path.LastIndexOf('.') + 1)..];
}
