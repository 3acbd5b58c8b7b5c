namespace EdgePose.Settings.Problems;

/// <summary>A place in a file, 1-based; line 0 means the file (or the command-line override) as a whole.</summary>
internal readonly record struct Mark(string File, int Line, int Column);
