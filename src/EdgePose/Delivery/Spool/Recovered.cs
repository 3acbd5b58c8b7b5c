namespace EdgePose.Delivery.Spool;

/// <summary>What a start found wrong in the folder; all zero after a clean stop.</summary>
internal sealed record RecoveryReport
{
    /// <summary>Records that wait for a reader, found on disk.</summary>
    public int Waiting { get; set; }

    /// <summary>Bytes cut off behind the last record: a write that never was accepted.</summary>
    public long TornBytes { get; set; }

    /// <summary>Records and stretches that are not what was written.</summary>
    public int Damaged { get; set; }

    /// <summary>Sequences that are nowhere and have been announced.</summary>
    public long Missing { get; set; }
    public int DamagedCursors { get; set; }

    /// <summary>Files that were left alone, each with the reason.</summary>
    public List<string> Ignored { get; } = [];

    public bool IsClean => TornBytes == 0 && Damaged == 0 && Missing == 0 && DamagedCursors == 0 && Ignored.Count == 0;
}

/// <summary>The state of a folder after reading it.</summary>
internal sealed record Recovered
{
    public required Guid Spool { get; init; }

    /// <summary>Number of this run.</summary>
    public required uint Boot { get; init; }

    public required long NextSequence { get; init; }

    /// <summary>Free for the next segment.</summary>
    public required long NextNumber { get; init; }

    /// <summary>Ours, oldest first.</summary>
    public required List<Segment> Segments { get; init; }

    /// <summary>True when writing can go on in the last segment, behind its <see cref="Segment.Length"/> bytes.</summary>
    public required bool CanAppend { get; init; }
    public required ClockReading? Clock { get; init; }

    /// <summary>Highest age stamp of a record.</summary>
    public required uint NewestSecond { get; init; }

    /// <summary>Those that the folder knows. A reader that is not among them is new.</summary>
    public required IReadOnlyList<RecoveredReader> Readers { get; init; }

    /// <summary>Readers that are no longer there, of which the folder has cursors.</summary>
    public required IReadOnlyList<string> Forgotten { get; init; }

    /// <summary>To be announced.</summary>
    public required List<(string Reader, GapNotice Loss)> Losses { get; init; }

    /// <summary>Sequences that this start accounts for, so that the next one need not again.</summary>
    public required Format.Ranges Accounted { get; init; }
    public required RecoveryReport Report { get; init; }
}
