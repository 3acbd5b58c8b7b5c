using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Streams;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Quantization;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.SystemTests.Quantization;

public sealed class BoxAccuracyTests
{
    /// <summary>The figures that pycocotools gave for the same file and pictures.</summary>
    [Fact]
    public async Task RtmdetNanoOnCoco_HasTheBoxApOfTheReference()
    {
        var (coco, models) = (Repo.Shared("media/coco"), Repo.Shared("models"));
        var source = SourceModel.Open(new QuantizeRequest { Model = "rtmdet-nano-person", Folders = [models], Calibrate = [], Settings = new QuantizationSettings(), Out = "x.onnx" });
        using var session = source.Session(source.Content);
        var (engine, decoder, dataset) = (new Engine(session, false), new PictureDecoder(new FfmpegTools(), TimeProvider.System), DatasetReader.Read(Path.Combine(coco, "annotations", "person_keypoints.json")));
        var results = new List<PersonResult>();
        foreach (var image in dataset.Images)
        {
            using var frame = await decoder.DecodeAsync(Path.Combine(coco, "train2017", image.File), null, default);
            Assert.Equal((image.Width, image.Height), (frame.Width, frame.Height));
            results.AddRange(engine.Find(frame, []).Select(p => new PersonResult { Image = image.Id, Points = [], Score = p.Score, Box = [p.Box.X1, p.Box.Y1, p.Box.Width, p.Box.Height] }));
        }
        var scores = KeypointScores.Of(EvalImage.PrepareBoxes(dataset, results));
        Assert.Equal((0.351, 0.560), (scores.Ap, scores.Ap50), (a, b) => Math.Abs(a.Item1 - b.Item1) < 0.002 && Math.Abs(a.Item2 - b.Item2) < 0.002);
    }
}
