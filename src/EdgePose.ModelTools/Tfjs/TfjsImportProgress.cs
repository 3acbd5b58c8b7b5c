namespace EdgePose.ModelTools.Tfjs;

/// <summary>Progress of a conversion: what is being done, and the part of the whole that is done, 0…1.</summary>
public readonly record struct TfjsImportProgress(string Step, double Fraction);
