using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>
/// The people of one frame as the rules and the recording see them: normalised to the picture and laid on <see cref="SceneGrid"/>, so that
/// what was recorded is exactly what was judged. Reused for every frame; instances of <see cref="Body"/> are pooled.
/// </summary>
internal sealed class Scene(Skeleton skeleton)
{
    private readonly List<Body> _pool = [];

    public Skeleton Skeleton { get; } = skeleton;
    public Instant Time { get; set; }
    public int Epoch { get; set; }

    /// <summary>Size of the frame in pixels; only the ratio matters, for angles and distances.</summary>
    public int Width { get; set; } = 1;
    public int Height { get; set; } = 1;

    /// <summary>Width over height of the picture.</summary>
    public float Aspect => Height > 0 && Width > 0 ? (float)Width / Height : 1;
    public int Count { get; private set; }
    public Body this[int index] => index < Count ? _pool[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public void Clear() => Count = 0;

    /// <summary>A body whose every field the caller sets; the joints are missing.</summary>
    public Body Add()
    {
        if (Count == _pool.Count) { _pool.Add(new Body(Skeleton.Count)); }
        var body = _pool[Count++];
        body.Points.AsSpan().Fill(Keypoint.Missing);
        return body;
    }

    /// <summary>Takes the tracked people of a frame.</summary>
    /// <param name="people">In frame pixels: joints with pixel centres at integers, boxes with pixel edges there.</param>
    public void Fill(TrackedPoseList people)
    {
        Clear();
        var (w, h) = ((float)Width, (float)Height);
        for (var i = 0; i < people.Count; i++)
        {
            var (person, body) = (people[i], Add());
            (body.Track, body.Source, body.Score) = (person.Track, person.Source, SceneGrid.SnapScore(person.Score));
            body.AgeMs = (int)Math.Clamp(Math.Round(person.AgeMs), 0, 1_000_000);
            var b = person.Box;
            body.Box = new Box(SceneGrid.Snap(b.X1 / w), SceneGrid.Snap(b.Y1 / h), SceneGrid.Snap(b.X2 / w), SceneGrid.Snap(b.Y2 / h));
            for (var j = 0; j < body.Points.Length; j++)
            {
                var p = person.Points[j];
                if (!p.IsFound) { continue; }
                body.Points[j] = new Keypoint(SceneGrid.Snap((p.X + 0.5f) / w), SceneGrid.Snap((p.Y + 0.5f) / h), SceneGrid.SnapJointScore(p.Score));
            }
        }
    }
}

/// <summary>A tracked person of a <see cref="Scene"/>; values lie on <see cref="SceneGrid"/>.</summary>
internal sealed class Body(int joints)
{
    public readonly Keypoint[] Points = new Keypoint[joints];
    public long Track { get; set; }
    public float Score { get; set; }
    public Box Box { get; set; }
    public PoseSource Source { get; set; }
    public int AgeMs { get; set; }
}
