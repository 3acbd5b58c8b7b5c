using System.Globalization;

namespace EdgePose.Networks.Runtime;

/// <summary>
/// Finds out whether a network that claims to take several pictures in one run gives each of them its own answer. Exporters name the batch
/// axis of the input variable and bake the size of one into a reshape further on: that fails, or puts the answers elsewhere.
/// </summary>
internal static class BatchTrial
{
    /// <summary>Relative to the largest value of an output: the same kernels on the same numbers, elsewhere in the batch.</summary>
    private const float Tolerance = 1e-3f;

    /// <summary>Null when all is well; otherwise what is wrong. Throws what the network throws.</summary>
    /// <param name="binding">Of two pictures or more, which has run once.</param>
    public static string? Fault(Binding binding)
    {
        foreach (var output in binding.Outputs)
        {
            if (output.Shape.Length == 0 || output.Shape[0] != binding.Batch)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the output {output.Name} is [{string.Join(',', output.Shape)}] for {binding.Batch} pictures");
            }
        }
        // Two different pictures, at the first places and then the other way round: their answers have to change places with them.
        Fill(binding, first: 1, second: 2);
        binding.Run();
        var before = binding.Outputs.Select(o => o.Values.ToArray()).ToArray();
        Fill(binding, first: 2, second: 1);
        binding.Run();
        for (var i = 0; i < before.Length; i++)
        {
            var size = before[i].Length / binding.Batch;
            var after = binding.Outputs[i].Values;
            var same = AreAlike(before[i].AsSpan(0, size), after.Slice(size, size)) && AreAlike(before[i].AsSpan(size, size), after[..size]);
            if (!same) { return $"the output {binding.Outputs[i].Name} mixes the pictures of a batch"; }
        }
        return null;
    }

    private static bool AreAlike(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        foreach (var v in a) { largest = Math.Max(largest, Math.Abs(v)); }
        for (var i = 0; i < a.Length; i++)
        {
            if (Math.Abs(a[i] - b[i]) > Tolerance * largest) { return false; }
        }
        return true;
    }

    /// <summary>Puts a smooth pattern into the first picture, another one into the second.</summary>
    private static void Fill(Binding binding, int first, int second)
    {
        var size = Math.Max(binding.Input.Length, binding.IntInput.Length) / binding.Batch;
        foreach (var (place, pattern) in (ReadOnlySpan<(int, int)>)[(0, first), (1, second)])
        {
            for (var i = 0; i < size; i++)
            {
                var value = 0.5 + 0.5 * Math.Sin(i * 0.001 * pattern);
                if (binding.IntInput.Length > 0) { binding.IntInput[place * size + i] = (int)(byte.MaxValue * value); }
                else { binding.Input[place * size + i] = (float)value; }
            }
        }
    }
}
