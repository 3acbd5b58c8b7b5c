using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Models;

/// <summary>A model as <c>edgepose models</c> shows it. <see cref="State"/> is ok, not installed, or what is wrong.</summary>
internal sealed record ModelReport(
    string Name, string Task, string Kind, string Input, string Skeleton, string File, long? Bytes, string Sha256, string State, string Licence, string Source, string Note,
    string? Quantization)
{
    public bool Usable => State == "ok";

    /// <summary>How the model does on a picture with people; null where that was not tried.</summary>
    public string? Trial { get; init; }
}

/// <summary>A model with its interface as a run shows it.</summary>
internal sealed record ModelInterface(ModelReport Model, string Provider, IReadOnlyList<string> Fallbacks, string Input, IReadOnlyList<string> Outputs, string? Detected);

/// <summary>Answers of the models verbs.</summary>
internal static class ModelReports
{
    public static IReadOnlyList<ModelReport> List(IReadOnlyList<string> folders)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        return [.. store.Catalog.Models.Select(m => Report(m, verify: false))];
    }

    /// <summary>Hash and contract of the named models (all installed ones when none is named); each is run, and tried on a picture.</summary>
    /// <param name="folders">The user's folders.</param>
    /// <param name="names">Of the models.</param>
    /// <param name="picture">With people; null = there is none.</param>
    public static IReadOnlyList<ModelReport> Verify(IReadOnlyList<string> folders, IReadOnlyList<string> names, TrialPicture? picture)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings { Providers = ["cpu"] });
        var models = names.Count > 0 ? names.Select(store.Catalog.Get) : store.Catalog.Models.Where(m => m.Path.Length > 0);
        return [.. models.Select(m => Report(m, verify: true, store)).Select(r => r.Usable && picture is not null ? r with { Trial = Try(store, r.Name, picture) } : r)];
    }

    /// <exception cref="UserError">Unknown, not installed, damaged, or not runnable.</exception>
    public static ModelInterface Info(IReadOnlyList<string> folders, string name)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        var model = store.Catalog.Get(name);
        var session = store.Open(model);
        var binding = session.Bind(1, model.Input.Height, model.Input.Width);
        var (input, outputs) = (session.InputShape(binding), session.OutputShapes(binding));
        return new ModelInterface(Report(model, verify: true, store), session.Provider, session.Fallbacks, input.ToString(),
            [.. outputs.Select(o => o.ToString())], Contract.Recognise(input, outputs)?.Kind.Name);
    }

    private static ModelReport Report(ModelDescriptor m, bool verify, ModelStore? store = null)
    {
        var state = m.Path.Length == 0 ? "not installed" : verify ? State(m, store!) : "installed";
        return new ModelReport(m.Name, m.Task.ToString(), m.Kind.ToString(), $"{m.Input.Width}x{m.Input.Height}", m.Skeleton, m.Path.Length > 0 ? m.Path : m.File,
            m.Path.Length > 0 ? new FileInfo(m.Path).Length : null, m.Sha256, state, m.Licence, m.Source, m.Note, m.Quantization is { } card ? CardRule.Describe(card) + $", made from {card.Source}" : null);
    }

    private static string Try(ModelStore store, string name, TrialPicture picture)
    {
        var session = store.Open(store.Catalog.Get(name));
        var trial = new ModelTrial(session, picture);
        var inputs = InputTrials.Of(session.Descriptor.Input, anyValues: true, anyColour: true);
        return Assumptions.OnPicture([.. inputs.Select(input => new TriedInput(input, trial.Judge(input)))], picture);
    }

    private static string State(ModelDescriptor model, ModelStore store)
    {
        try
        {
            store.Open(model);
            return "ok";
        }
        catch (UserError e)
        {
            return e.Message;
        }
    }
}
