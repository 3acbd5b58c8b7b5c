using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

/// <summary>
/// OC-SORT (noahcao/OC_SORT:trackers/ocsort_tracker/{ocsort,association,kalmanfilter}.py) with its published constants: association by IoU
/// and direction (OCM), a second chance at the last observation (OCR), and re-update along a straight line after a gap (ORU).
/// </summary>
internal sealed class OcSort(float detectionThreshold) : IBaseline
{
    private const int MaxAge = 30, MinHits = 3, DeltaT = 3;
    private const double MinIou = 0.3, Inertia = 0.2;
    private readonly List<Item> _items = [];
    private readonly GatedAssignment _assignment = new();
    private long _lastId;
    private int _frame;

    /// <summary>One coordinate and its velocity; a velocity variance of zero makes it static.</summary>
    private struct Axis(double z, double r, double velocityVariance, double velocityNoise)
    {
        public double Z = z, V = 0;
        private double _p = 10, _c = 0, _q = velocityVariance;

        public void Predict()
        {
            Z += V;
            _p += 2 * _c + _q + 1;
            _c += _q;
            _q += velocityNoise;
        }

        public void Measure(double z)
        {
            var s = _p + r;
            var (k, kv, d) = (_p / s, _c / s, z - Z);
            (Z, V, _q) = (Z + k * d, V + kv * d, _q - kv * _c);
            _c *= 1 - k;
            _p *= 1 - k;
        }
    }

    private struct Filter(Box box)
    {
        public Axis X = new(box.CenterX, 1, 10_000, 0.01), Y = new(box.CenterY, 1, 10_000, 0.01);
        public Axis S = new((double)box.Width * box.Height, 10, 10_000, 0.0001), R = new(box.Width / box.Height, 10, 0, 0);

        public void Predict()
        {
            if (S.Z + S.V <= 0) { S.V = 0; }
            X.Predict();
            Y.Predict();
            S.Predict();
            R.Predict();
        }

        public void Measure(in Box box)
        {
            X.Measure(box.CenterX);
            Y.Measure(box.CenterY);
            S.Measure((double)box.Width * box.Height);
            R.Measure(box.Width / box.Height);
        }

        public readonly Box Box
        {
            get
            {
                var (area, ratio) = (Math.Max(1, S.Z), Math.Max(1e-3, R.Z));
                var (w, h) = (Math.Sqrt(area * ratio), Math.Sqrt(area / ratio));
                return new Box((float)(X.Z - w / 2), (float)(Y.Z - h / 2), (float)(X.Z + w / 2), (float)(Y.Z + h / 2));
            }
        }
    }

    private sealed class Item
    {
        public long Id;
        public int Hits, Streak, LastFrame;
        public Filter Filter, Frozen;
        public Box Last;
        public readonly Dictionary<int, Box> Observations = [];
    }

    public List<(long Id, Box Box)> Update(PoseList poses)
    {
        _frame++;
        var boxes = Enumerable.Range(0, poses.Count).Select(i => (poses[i].Box, poses[i].Score)).Where(b => !b.Box.IsEmpty && b.Score > detectionThreshold).ToList();
        foreach (var item in _items)
        {
            item.Filter.Predict();
            if (_frame - item.LastFrame > 1) { item.Streak = 0; }
        }
        Match(_items.ToList(), boxes, i => i.Filter.Box, withDirection: true);
        Match(_items.Where(i => i.LastFrame < _frame).ToList(), boxes, i => i.Last, withDirection: false);
        foreach (var (box, _) in boxes)
        {
            var item = new Item { Id = ++_lastId, Filter = new Filter(box), LastFrame = _frame, Last = box };
            (item.Frozen, item.Observations[_frame]) = (item.Filter, box);
            _items.Add(item);
        }
        _items.RemoveAll(i => _frame - i.LastFrame > MaxAge);
        return _items.Where(i => i.LastFrame == _frame && (i.Streak >= MinHits || _frame <= MinHits)).Select(i => (i.Id, i.Last)).ToList();
    }

    private void Match(List<Item> items, List<(Box Box, float Score)> boxes, Func<Item, Box> reference, bool withDirection)
    {
        if (items.Count == 0 || boxes.Count == 0) { return; }
        var cost = new float[items.Count * boxes.Count];
        for (var i = 0; i < items.Count; i++)
        {
            var box = reference(items[i]);
            for (var j = 0; j < boxes.Count; j++)
            {
                cost[i * boxes.Count + j] = (float)(1 - box.Iou(boxes[j].Box) - (withDirection ? Turn(items[i], boxes[j].Box) * boxes[j].Score : 0));
            }
        }
        var columns = new int[items.Count];
        _assignment.Solve(cost, items.Count, boxes.Count, 2, columns);
        var taken = new List<int>();
        for (var i = 0; i < items.Count; i++)
        {
            if (columns[i] < 0 || reference(items[i]).Iou(boxes[columns[i]].Box) < MinIou) { continue; }
            taken.Add(columns[i]);
            Take(items[i], boxes[columns[i]].Box);
        }
        foreach (var j in taken.OrderDescending()) { boxes.RemoveAt(j); }
    }

    private double Turn(Item item, in Box box)
    {
        var old = Enumerable.Range(1, DeltaT).Select(k => _frame - 1 - (DeltaT - k)).Where(item.Observations.ContainsKey).Select(f => item.Observations[f]).FirstOrDefault(item.Last);
        var (ax, ay) = (item.Last.CenterX - old.CenterX, item.Last.CenterY - old.CenterY);
        var (bx, by) = (box.CenterX - old.CenterX, box.CenterY - old.CenterY);
        var (a, b) = (Math.Sqrt(ax * ax + ay * ay), Math.Sqrt(bx * bx + by * by));
        if (a < 1e-6 || b < 1e-6) { return 0; }
        return (Math.PI / 2 - Math.Acos(Math.Clamp((ax * bx + ay * by) / (a * b), -1, 1))) / Math.PI * Inertia;
    }

    private void Take(Item item, in Box box)
    {
        var gap = _frame - item.LastFrame;
        if (gap > 1)
        {
            item.Filter = item.Frozen;
            for (var k = 1; k <= gap; k++)
            {
                var t = (float)k / gap;
                item.Filter.Predict();
                item.Filter.Measure(new Box(
                    float.Lerp(item.Last.X1, box.X1, t), float.Lerp(item.Last.Y1, box.Y1, t), float.Lerp(item.Last.X2, box.X2, t), float.Lerp(item.Last.Y2, box.Y2, t)));
            }
        }
        else { item.Filter.Measure(box); }
        (item.Frozen, item.Last, item.LastFrame) = (item.Filter, box, _frame);
        item.Observations[_frame] = box;
        item.Hits++;
        item.Streak++;
    }
}
