namespace EdgePose.Settings;

/// <summary>
/// What the manual says about a key beside its limits, which follow from the declaration. Meaning first, then the trade-off; a line
/// break inside the text counts as a space. A plain text converts by itself: <c>s.Flag("smooth", true, "Smooths the joints …")</c>.
/// </summary>
internal sealed record Doc(string Text)
{
    public static readonly Doc None = new("");

    /// <summary>The value in the manual's line; empty = the default. Needed where the default is no value of the key.</summary>
    public string Example { get; init; } = "";

    /// <summary>States a default that is no value of the key, such as "the model's own"; "required" when there is none.</summary>
    public string Default { get; init; } = "";

    /// <summary>Follows the default in parentheses.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Unit of a plain number, such as "pixels".</summary>
    public string Unit { get; init; } = "";

    /// <summary>Regular expression of the JSON schema for a text.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>The choices of a list are not all that is possible, because the file itself can add names.</summary>
    public bool Open { get; init; }

    /// <summary>The manual sets the key to its example; all other keys stand there as comments.</summary>
    public bool Live { get; init; }

    public static implicit operator Doc(string text) => new(text);
}
