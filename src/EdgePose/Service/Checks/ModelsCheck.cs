using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Service.Configuration;
using EdgePose.Settings.Problems;

namespace EdgePose.Service.Checks;

/// <summary>The models that the streams use: found, whole, of the described kind, and started once.</summary>
internal static class ModelsCheck
{
    public static void Run(ConfigResult loaded, EdgePoseConfig config, string requireProvider, Findings findings)
    {
        using var store = ModelStore.Load(config.Models.Folders, config.Inference.Requiring(requireProvider), config.Quantization);
        foreach (var problem in store.Catalog.Problems) { findings.Add("models", problem, ExitCode.Model); }
        var wrong = ConfigCheck.Models(loaded, store.Catalog);
        foreach (var problem in wrong) { findings.Add("models", problem, ExitCode.Model); }
        if (wrong.Any(p => p.Severity == Severity.Error)) { return; }
        var used = config.Streams.Where(s => s.Enabled).Select(s => ConfigCheck.Resolve(s, store.Catalog)).SelectMany(m => new[] { m.Pose, m.Detector });
        foreach (var model in used.OfType<ModelDescriptor>().DistinctBy(m => m.Name))
        {
            findings.Try("models", () =>
            {
                var session = store.Open(model);
                var fallback = session.Fallbacks.Count > 0 ? $" (not used: {string.Join("; ", session.Fallbacks)})" : "";
                return $"{model.Name}: hash and contract ok, runs on {session.Provider}{fallback}{(model.Quantization is { } card ? "; " + CardRule.Describe(card) : "")}";
            });
            foreach (var advice in CardRule.Advice(model, store.Sessions)) { findings.Add("models", Verdict.Warning, advice); }
        }
    }
}
