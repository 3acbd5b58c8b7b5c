using EdgePose.Domain;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>Keeps calibration and evaluation apart: accuracy on pictures that made the ranges is flattery.</summary>
internal static class Disjoint
{
    private const int Shown = 5;

    /// <summary>One of each picture; a still camera's clip holds the same frame many times.</summary>
    public static IReadOnlyList<SurveyedSample> Unique(IReadOnlyList<SurveyedSample> samples) => [.. samples.DistinctBy(s => s.Hash)];

    /// <summary>Refuses sets that share a picture, whatever the files are called.</summary>
    /// <exception cref="UserError">With <see cref="ExitCode.Usage"/> and the names.</exception>
    public static void Require(IReadOnlyList<SurveyedSample> calibration, IReadOnlyList<SurveyedSample> evaluation)
    {
        var used = calibration.DistinctBy(s => s.Hash).ToDictionary(s => s.Hash, s => s.Sample.Name);
        string[] shared = [.. evaluation.Where(e => used.ContainsKey(e.Hash)).Select(e => e.Sample.Name == used[e.Hash] ? e.Sample.Name : $"{used[e.Hash]} = {e.Sample.Name}")];
        if (shared.Length == 0) { return; }
        throw new UserError(ExitCode.Usage,
            $"calibration and evaluation share {shared.Length} of {evaluation.Count} pictures: {string.Join(", ", shared.Take(Shown))}{(shared.Length > Shown ? ", ..." : "")}",
            "calibrate on pictures that the evaluation does not use");
    }

    /// <summary>Holds out so many samples for evaluation, spread evenly; the others calibrate.</summary>
    public static (IReadOnlyList<SurveyedSample> Calibration, IReadOnlyList<SurveyedSample> HeldOut) Divide(IReadOnlyList<SurveyedSample> samples, int held)
    {
        bool IsHeld(int i) => (long)(i + 1) * held / samples.Count > (long)i * held / samples.Count;
        return ([.. samples.Where((_, i) => !IsHeld(i))], [.. samples.Where((_, i) => IsHeld(i))]);
    }
}
