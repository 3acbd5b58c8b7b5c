using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

/// <summary>
/// ByteTrack (ifzhang/ByteTrack:yolox/tracker/{byte_tracker,kalman_filter,matching}.py), where a time step is a frame whatever its duration.
/// </summary>
/// <param name="high">Scores above this are matched first (<c>track_thresh</c>).</param>
/// <param name="birth">Least score of a new track; published as 0.1 above <paramref name="high"/>.</param>
/// <param name="buffer">Frames that a lost track is remembered; published as 30 at 30 frames/s, fewer in proportion.</param>
internal sealed class ByteTrack(float high, float birth, int buffer) : IBaseline
{
    private const float Low = 0.1f;
    private readonly List<Item> _items = [];
    private readonly GatedAssignment _assignment = new();
    private long _lastId;
    private int _frame;

    private sealed class Item
    {
        public long Id;
        public bool Confirmed, Lost;
        public int LastFrame;
        public Axis X, Y, A, H;
        public Box Box => new((float)(X.Z - A.Z * H.Z / 2), (float)(Y.Z - H.Z / 2), (float)(X.Z + A.Z * H.Z / 2), (float)(Y.Z + H.Z / 2));
    }

    private struct Axis
    {
        public double Z, V, P, C, Q;

        public void Step(double position, double velocity)
        {
            Z += V;
            P += 2 * C + Q + position * position;
            C += Q;
            Q += velocity * velocity;
        }

        public void Measure(double z, double r)
        {
            var s = P + r * r;
            var (k, kv, d) = (P / s, C / s, z - Z);
            (Z, V, Q) = (Z + k * d, V + kv * d, Q - kv * C);
            C *= 1 - k;
            P *= 1 - k;
        }
    }

    public List<(long Id, Box Box)> Update(PoseList poses)
    {
        _frame++;
        var boxes = Enumerable.Range(0, poses.Count).Select(i => (poses[i].Box, poses[i].Score)).Where(b => !b.Box.IsEmpty).ToList();
        var strong = boxes.Where(b => b.Score > high).ToList();
        var low = boxes.Where(b => b.Score > Low && b.Score < high).ToList();
        var known = _items.Where(i => i.Confirmed).ToList();
        var young = _items.Where(i => !i.Confirmed).ToList();
        foreach (var item in known)
        {
            if (item.Lost) { item.H.V = 0; }
            var h = item.H.Z;
            item.X.Step(h / 20, h / 160);
            item.Y.Step(h / 20, h / 160);
            item.A.Step(1e-2, 1e-5);
            item.H.Step(h / 20, h / 160);
        }
        Match(known, strong, 0.9f, fuse: true);
        var rest = known.Where(i => i.LastFrame < _frame && !i.Lost).ToList();
        Match(rest, low, 0.5f, fuse: false);
        foreach (var item in rest.Where(i => i.LastFrame < _frame)) { item.Lost = true; }
        Match(young, strong, 0.7f, fuse: true);
        _items.RemoveAll(i => i.LastFrame < _frame && (!i.Confirmed || _frame - i.LastFrame > buffer));
        foreach (var (box, _) in strong.Where(b => b.Score >= birth)) { _items.Add(Start(box)); }
        return _items.Where(i => i.Confirmed && i.LastFrame == _frame).Select(i => (i.Id, i.Box)).ToList();
    }

    private Item Start(in Box box)
    {
        double h = box.Height;
        return new Item
        {
            Id = ++_lastId, Confirmed = _frame == 1, LastFrame = _frame,
            X = new Axis { Z = box.CenterX, P = h * h / 100, Q = h * h / 256 },
            Y = new Axis { Z = box.CenterY, P = h * h / 100, Q = h * h / 256 },
            A = new Axis { Z = box.Width / h, P = 1e-4, Q = 1e-10 },
            H = new Axis { Z = h, P = h * h / 100, Q = h * h / 256 },
        };
    }

    private void Match(List<Item> items, List<(Box Box, float Score)> boxes, float limit, bool fuse)
    {
        var cost = new float[items.Count * boxes.Count];
        for (var i = 0; i < items.Count; i++)
        {
            for (var j = 0; j < boxes.Count; j++) { cost[i * boxes.Count + j] = 1 - items[i].Box.Iou(boxes[j].Box) * (fuse ? boxes[j].Score : 1); }
        }
        var columns = new int[items.Count];
        _assignment.Solve(cost, items.Count, boxes.Count, limit, columns);
        for (var i = 0; i < items.Count; i++)
        {
            if (columns[i] < 0) { continue; }
            var (item, box) = (items[i], boxes[columns[i]].Box);
            var h = item.H.Z;
            item.X.Measure(box.CenterX, h / 20);
            item.Y.Measure(box.CenterY, h / 20);
            item.A.Measure(box.Width / box.Height, 1e-1);
            item.H.Measure(box.Height, h / 20);
            (item.LastFrame, item.Confirmed, item.Lost) = (_frame, true, false);
        }
        foreach (var j in columns.Where(j => j >= 0).OrderDescending()) { boxes.RemoveAt(j); }
    }
}
