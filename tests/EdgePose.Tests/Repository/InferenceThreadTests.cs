namespace EdgePose.Repository;

/// <summary>
/// Networks run on the device's thread. That the thread is the right one is shown where it runs (InferenceLoopTests); here, that there is no
/// way around it: who else could start a run, or leave it to the thread pool.
/// </summary>
public sealed class InferenceThreadTests
{
    private const string Session = "Microsoft.ML.OnnxRuntime.InferenceSession";

    [Fact]
    public void Session_Runs_AreStartedInThreePlacesOnly()
    {
        using var references = new TypeReferences(Path.Combine(AppContext.BaseDirectory, "EdgePose.Daemon.dll"));
        var callers = references.Read().Where(u => u.Value.Members.Any(m => m.Type.ToString() == Session && m.Name.StartsWith("Run", StringComparison.Ordinal)))
            .ToDictionary(u => u.Key.Name, u => u.Value.Members.Where(m => m.Type.ToString() == Session && m.Name.StartsWith("Run", StringComparison.Ordinal)).Select(m => m.Name).Distinct().Single());
        // The binding, which only estimators run; the probe of models that are imported; and the graphs of the quantizer, which is no daemon.
        Assert.Equal([("OrtBinding", "RunWithBinding"), ("OrtGraph", "Run"), ("OrtProbe", "Run")], callers.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key, StringComparer.Ordinal));
    }
}
