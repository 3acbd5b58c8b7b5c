using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Turns the heat and tag maps of LitePose or HigherHRNet into people. <see cref="DecodeProfile.Accurate"/> follows
/// mit-han-lab/litepose:valid.py step by step: maps projected to the input size, 5 x 5 peaks, grouping by tags, quarter-pixel adjustment,
/// refinement. <see cref="DecodeProfile.Fast"/> follows the ideas of its nano_demo: peaks of the half-size map, unrounded tag distances, no
/// projection. Steady state allocates nothing; not thread-safe.
/// </summary>
internal sealed class AssociativeDecoder
{
    private readonly BottomUpOptions _options;
    private readonly GroupingRules _rules;
    private readonly TagGrouping _grouping;
    private readonly MapAggregator _aggregator;
    private readonly Refinement _refinement = new();
    private readonly Duplicates _duplicates;
    private DecoderMaps _maps;

    public AssociativeDecoder(Skeleton skeleton, BottomUpOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxPeople);
        _options = options;
        Joints = skeleton.Count;
        _rules = GroupingRules.Original(options.MaxPeople) with { RoundDistance = options.Profile == DecodeProfile.Accurate };
        _grouping = new TagGrouping(_rules, options.JointOrderFor(skeleton), options.MaxPeople);
        _aggregator = new MapAggregator(skeleton);
        _duplicates = new Duplicates(skeleton);
        _maps = new DecoderMaps(Joints);
        Peaks = new Peaks(Joints, options.MaxPeople);
        People = new GroupedPeople(Joints, options.MaxPeople);
    }

    public int Joints { get; }

    /// <summary>Works in maps that belong to <paramref name="binding"/>: with eight megabytes of them, streams had better share.</summary>
    public void WorkIn(Binding binding)
    {
        if (binding.WorkSpace is not DecoderMaps { } shared || shared.Joints != Joints) { binding.WorkSpace = shared = new DecoderMaps(Joints); }
        _maps = shared;
    }

    /// <summary>Result of the last peak search, in map pixels.</summary>
    public Peaks Peaks { get; }

    /// <summary>Result of the last grouping, in map pixels.</summary>
    public GroupedPeople People { get; }

    /// <summary>Decodes a single run. Adds the people to <paramref name="poses"/> in pixels of the network's input.</summary>
    public void Decode(in StageOutputs outputs, PoseList poses)
    {
        if (_options.Profile == DecodeProfile.Fast && !_options.RefineMissing)
        {
            FindPeaks(outputs);
            DecodePeaks(_maps.Half, 2, poses);
            return;
        }
        _aggregator.Set(outputs, _maps.Half, runs: 1);
        DecodeAggregated(poses);
    }

    /// <summary>Keeps what is needed of the plain run until <see cref="DecodeMirrored"/>.</summary>
    public void KeepPlainRun(in StageOutputs outputs) => _aggregator.Set(outputs, _maps.Half, runs: 2);

    /// <summary>Decodes the run kept by <see cref="KeepPlainRun"/> together with the run on the mirrored picture.</summary>
    public void DecodeMirrored(in StageOutputs outputs, PoseList poses)
    {
        _aggregator.AddMirrored(outputs, _maps.Half);
        DecodeAggregated(poses);
    }

    /// <summary>Decodes aggregated maps; coordinates are pixels of <paramref name="maps"/> times <paramref name="stride"/>.</summary>
    public void DecodeMaps(ResponseMaps maps, float stride, PoseList poses)
    {
        for (var j = 0; j < Joints; j++) { MapPeaks.Find(maps, j, _rules.DetectionThreshold, Peaks); }
        DecodePeaks(maps, stride, poses);
    }

    private void DecodeAggregated(PoseList poses)
    {
        if (_options.Profile == DecodeProfile.Fast)
        {
            DecodeMaps(_maps.Half, 2, poses);
            return;
        }
        _aggregator.Project(_maps.Half, _maps.Full);
        DecodeMaps(_maps.Full, 1, poses);
    }

    // Joint by joint, so that a heat map is searched while it is in the cache; tags are read at the peaks only.
    private void FindPeaks(in StageOutputs outputs)
    {
        _aggregator.Prepare(outputs, _maps.Half, taggedRuns: 0);
        for (var j = 0; j < Joints; j++)
        {
            _aggregator.SetHeat(outputs, _maps.Half, j);
            MapPeaks.Find(_maps.Half, j, _rules.DetectionThreshold, Peaks);
            Peaks.ReadTags(j, outputs.CoarsePlane(Joints + j), outputs.Width, outputs.Height);
        }
    }

    private void DecodePeaks(ResponseMaps maps, float stride, PoseList poses)
    {
        _grouping.Match(Peaks, People);
        for (var p = 0; p < People.Count; p++)
        {
            (People.Score[p], People.Found[p]) = (0, 0);
            for (var j = 0; j < Joints; j++) { Place(maps, p, j); }
            People.Score[p] /= Joints;
        }
        if (_options.KeepsEveryInstance) { People.KeepAll(); }
        else { People.KeepPlausible(_options.MinScore, _options.MinJoints); }
        if (_options.RefineMissing) { _refinement.FillMissing(maps, Peaks, People); }
        Report(stride, poses);
    }

    private void Place(ResponseMaps maps, int person, int joint)
    {
        var at = person * Joints + joint;
        var member = People.Member[at];
        if (member < 0)
        {
            (People.X[at], People.Y[at], People.Value[at]) = (0, 0, 0);
            return;
        }
        ref readonly var peak = ref Peaks.At(joint, member);
        (People.X[at], People.Y[at]) = MapPeaks.Adjust(maps.HeatOf(joint), maps.Width, maps.Height, peak.X, peak.Y);
        People.Value[at] = peak.Value;
        People.Score[person] += peak.Value;
        People.Found[person]++;
    }

    private void Report(float stride, PoseList poses)
    {
        if (!_options.KeepsEveryInstance)
        {
            _duplicates.Suppress(People, _options.DuplicateOks);
            People.KeptCount = Math.Min(People.KeptCount, _options.MaxPeople);
        }
        for (var k = 0; k < People.KeptCount; k++)
        {
            var person = People.Kept[k];
            var pose = poses.Add();
            pose.Score = People.Score[person];
            for (var j = 0; j < Joints; j++)
            {
                var at = person * Joints + j;
                if (People.Value[at] > 0) { pose.Points[j] = new Keypoint(People.X[at] * stride, People.Y[at] * stride, People.Value[at]); }
            }
        }
    }
}
