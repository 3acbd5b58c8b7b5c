namespace EdgePose.ModelTools.Tfjs;

/// <summary>A source file and its lower-case hexadecimal SHA-256.</summary>
public sealed record SourceFile(string Path, string Sha256);
