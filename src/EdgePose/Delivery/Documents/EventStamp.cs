namespace EdgePose.Delivery.Documents;

/// <summary>What an event gets when it is accepted; with it <see cref="Id"/> is never used again.</summary>
/// <param name="Node">Id of this node.</param>
/// <param name="Boot">Drawn anew at each start of the process, hexadecimal.</param>
/// <param name="Seq">Number of the event; rises by one with each event that this node accepts.</param>
/// <param name="ClockIsSynced">Whether its time can be trusted.</param>
/// <param name="Model">The pose model that saw it; null where none was concerned.</param>
internal readonly record struct EventStamp(string Node, string Boot, long Seq, bool ClockIsSynced, ModelInfo? Model)
{
    /// <summary>The spool's number of this run as it is published.</summary>
    public static string BootText(uint boot) => boot.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Deduplication key: the same for every delivery of one event.</summary>
    public string Id(string stream) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Node}/{Boot}/{stream}/{Seq:D6}");
}
