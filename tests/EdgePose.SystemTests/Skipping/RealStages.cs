using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Models;
using EdgePose.Networks.TopDown;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Skipping;

/// <summary>The stages of a stream with real networks and the daemon's default settings.</summary>
internal sealed class RealStages : IDisposable
{
    private readonly ModelStore _store;
    private readonly StreamConfig _stream;
    private readonly StreamModels _models;

    /// <param name="model">Pose model.</param>
    /// <param name="detector">Empty for a bottom-up model.</param>
    public RealStages(string model, string detector)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $$"""
                node: test
                models: { folders: [{{Repo.Shared("models")}}] }
                pose: { model: {{model}}{{(detector.Length > 0 ? ", detector: " + detector : "")}} }
                streams: { clip: { url: rtsp://camera.lan/1 } }
                """);
            var result = ConfigLoader.Load(path);
            Assert.True(result.Config is not null, string.Join('\n', result.Problems));
            var config = result.Config;
            _stream = config.Streams[0];
            _store = ModelStore.Load(config.Models.Folders, config.Inference);
            _models = ConfigCheck.Resolve(_stream, _store.Catalog);
            Tracker = _stream.Tracker(config.Tracking, _models.Pose.Decode.JointThreshold);
            Skipping = _stream.Planning(config.Tracking, _models.Pose.Decode.JointThreshold);
        }
        finally { File.Delete(path); }
    }

    public TrackerSettings Tracker { get; }
    public SkippingSettings Skipping { get; }

    /// <summary>A new one, that has seen nothing yet.</summary>
    public IPoseEstimator Estimator()
    {
        var detector = _models.Detector is { } found ? EstimatorFactory.Detector(_store.Open(found), _stream.Pose.DetectorScore) : null;
        return EstimatorFactory.ForStream(_store.Open(_models.Pose), detector, _stream.Pose, _stream.MaxSize, tracked: true);
    }

    public void Dispose() => _store.Dispose();
}
