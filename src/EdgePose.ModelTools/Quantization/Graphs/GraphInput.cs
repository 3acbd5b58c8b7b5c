namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>One input of a run.</summary>
/// <param name="Shape">Shape of the network's only input.</param>
/// <param name="Values">Already pre-processed exactly as the engine does it; for an int32 input the values are whole numbers.</param>
public readonly record struct GraphInput(long[] Shape, ReadOnlyMemory<float> Values);
