namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>Receives one output of a run.</summary>
/// <param name="name">Name of the output.</param>
/// <param name="shape">Its real shape.</param>
/// <param name="values">Its values; valid only during the call. Empty for element types other than float32.</param>
public delegate void OutputReader(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values);
