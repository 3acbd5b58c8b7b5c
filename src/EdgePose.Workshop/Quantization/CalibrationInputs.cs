using System.Collections;
using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>
/// The network's inputs for the calibration pictures, made anew by the engine itself in each enumeration: whole pictures for detectors and
/// bottom-up models, one crop for each box for top-down ones. Memory does not grow with their number.
/// </summary>
internal sealed class CalibrationInputs(IReadOnlyList<SurveyedSample> pictures, INetwork network, bool staticSize, FrameFeed feed, CancellationToken stop)
    : IReadOnlyCollection<GraphInput>
{
    private readonly bool _crops = network.Descriptor.Task == ModelTask.TopDown;

    public int Count { get; } = network.Descriptor.Task == ModelTask.TopDown ? pictures.Sum(p => p.Boxes.Count) : pictures.Count;

    public IEnumerator<GraphInput> GetEnumerator()
    {
        var made = new List<GraphInput>();
        var engine = new Engine(new TappedNetwork(network, execute: false, binding => made.Add(Copy(binding))), staticSize);
        SurveyedSample[] used = [.. pictures.Where(p => !_crops || p.Boxes.Count > 0)];
        var at = 0;
        foreach (var frame in feed.Read([.. used.Select(p => p.Sample)], stop))
        {
            made.Clear();
            PictureMemory.Count(at);
            engine.Find(frame, used[at++].Boxes);
            foreach (var input in made) { yield return input; }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private GraphInput Copy(Binding binding)
    {
        var nhwc = network.Descriptor.Input.Layout == TensorLayout.Nhwc;
        long[] shape = nhwc ? [binding.Batch, binding.Height, binding.Width, 3] : [binding.Batch, 3, binding.Height, binding.Width];
        return new GraphInput(shape, binding.IntInput.Length > 0 ? Array.ConvertAll(binding.IntInput, static v => (float)v) : binding.Input.ToArray());
    }
}
