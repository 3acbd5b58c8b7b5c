namespace EdgePose.Delivery.Documents;

/// <summary>What whoever asked for a reload is told.</summary>
/// <param name="Error">Why nothing was changed; empty when the configuration was taken.</param>
/// <param name="Data">A JSON value that says what was done; empty with an error.</param>
internal readonly record struct ReloadAnswer(string Error, ReadOnlyMemory<byte> Data);
