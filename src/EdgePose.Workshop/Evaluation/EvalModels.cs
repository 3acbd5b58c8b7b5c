using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;
using EdgePose.Settings;

namespace EdgePose.Workshop.Evaluation;

/// <summary>The networks of an evaluation, opened as the daemon opens them, and the estimators built on them.</summary>
internal sealed class EvalModels : IDisposable
{
    /// <summary>Detections from here up enter evaluation: the ranking needs the doubtful ones too.</summary>
    private const float DetectionsFrom = 0.05f;

    private readonly ModelStore _store;
    private readonly EvalModelOptions _options;
    private readonly ModelDescriptor _pose;
    private readonly ModelDescriptor? _detector;

    /// <param name="options">Which networks and how.</param>
    /// <param name="truthBoxes">A top-down model without a detector.</param>
    /// <exception cref="UserError">Unknown or unusable model, or options that do not fit it.</exception>
    public EvalModels(EvalModelOptions options, bool truthBoxes = false)
    {
        _options = options;
        _store = ModelStore.Load(options.Folders, new InferenceSettings
        {
            Providers = [options.Provider], RequireProvider = options.Provider == "auto" ? "" : options.Provider, Threads = options.Threads,
        });
        try
        {
            _pose = _store.Catalog.Get(options.Model);
            Check(truthBoxes);
            _detector = options.Detector.Length > 0 ? _store.Catalog.Get(options.Detector) : null;
            if (_detector is { Task: not ModelTask.Detect }) { throw new UserError(ExitCode.Model, $"{_detector.Name} is a pose model, not a person detector"); }
            Skeleton = Skeletons.Get(_pose.Skeleton);
            _store.Open(_pose);
            if (_detector is not null) { _store.Open(_detector); }
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    public Skeleton Skeleton { get; }
    public bool IsBottomUp => _pose.Task == ModelTask.BottomUp;

    /// <summary>Joint layout of a pose model, which need not be installed.</summary>
    public static Skeleton SkeletonOf(string model, IReadOnlyList<string> folders)
    {
        using var store = ModelStore.Load(folders, new InferenceSettings());
        var descriptor = store.Catalog.Get(model);
        return descriptor.Task != ModelTask.Detect ? Skeletons.Get(descriptor.Skeleton)
            : throw new UserError(ExitCode.Model, $"{model} is a person detector, not a pose model");
    }

    /// <summary>For pictures: everything that the networks find, for the ranking of AP.</summary>
    public PictureEstimator ForPictures()
    {
        if (IsBottomUp) { return new PictureEstimator(EstimatorFactory.WholeFrame(_store.Open(_pose), BottomUp(0))); }
        var detector = _detector is null ? null : EstimatorFactory.Detector(_store.Open(_detector), DetectionsFrom);
        var options = new TopDownOptions { MaxFrameSide = _options.Profile == EvalProfile.Accurate ? 0 : new TopDownOptions().MaxFrameSide };
        return new PictureEstimator(detector, EstimatorFactory.TopDown(_store.Open(_pose), detector, options));
    }

    /// <summary>What the report says about the networks.</summary>
    public RunFigures Describe(bool truthBoxes, TimeSpan time, int count)
    {
        var options = IsBottomUp ? BottomUp(0) : null;
        return new RunFigures
        {
            Model = Use(_pose), Detector = _detector is null ? null : Use(_detector), Boxes = IsBottomUp ? null : truthBoxes ? "gt" : "detector",
            Profile = _options.Profile == EvalProfile.Fast ? "fast" : "accurate", Flip = options?.Flip, Refine = options?.RefineMissing,
            ShortSide = options is null ? null : MultiScaleGeometry.ShortSide(options.ShortSide > 0 ? options.ShortSide : _pose.Input.Height),
            Threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount,
            Seconds = Math.Round(time.TotalSeconds, 2), PerSecond = Math.Round(count / Math.Max(1e-9, time.TotalSeconds), 2),
        };
    }

    public void Dispose() => _store.Dispose();

    private void Check(bool truthBoxes)
    {
        switch (_pose.Task)
        {
            case ModelTask.Detect:
                throw new UserError(ExitCode.Model, $"{_pose.Name} is a person detector, not a pose model", "give it with --detector");
            case ModelTask.BottomUp when truthBoxes || _options.Detector.Length > 0:
                throw new UserError(ExitCode.Usage, $"{_pose.Name} finds people itself", "leave out --detector and --boxes");
            case ModelTask.TopDown when !truthBoxes && _options.Detector.Length == 0:
                throw new UserError(ExitCode.Usage, $"{_pose.Name} needs boxes", "give --detector NAME or --boxes gt");
            case ModelTask.TopDown when _options.Flip || _options.Refine is not null || _options.ShortSide > 0:
                throw new UserError(ExitCode.Usage, $"--flip, --refine and --short-side are for bottom-up models, {_pose.Name} is none");
        }
    }

    private BottomUpOptions BottomUp(float minScore) => new()
    {
        Profile = _options.Profile == EvalProfile.Fast ? DecodeProfile.Fast : DecodeProfile.Accurate,
        Flip = _options.Flip, Refine = _options.Refine, ShortSide = _options.ShortSide, MinScore = minScore,
    };

    private ModelUse Use(ModelDescriptor model)
    {
        var session = _store.Open(model);
        return new ModelUse(model.Name, ModelFile.ExpectedSha256(model), session.Provider, session.Fallbacks);
    }
}
