using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>What is known of one tracked person, whatever the rules are. Pooled; what zones and rules remember is in their <see cref="PersonSlots{T}"/>.</summary>
/// <param name="seat">Number of this object in the pool, from 0.</param>
/// <param name="history">Length of the skeleton history.</param>
/// <param name="historyJoints">Leading joints that the history keeps.</param>
internal sealed class Person(int seat, TimeSpan history, int historyJoints)
{
    /// <summary>Time constant of the torso length, in seconds: fast enough for somebody who walks away from the camera.</summary>
    private const double TorsoMemory = 1.5;

    /// <summary>Cosine of 40 degrees: a torso nearer to vertical is upright.</summary>
    private const float Upright = 0.766f;

    private BodyJoints? _joints;
    private long _lastUpright;

    /// <summary>Two people who are known at the same time have different ones.</summary>
    public int Seat => seat;
    public long Track { get; private set; }
    public long FirstSeen { get; private set; }
    public long LastSeen { get; private set; }

    /// <summary>The person in the current scene; null when absent from it. Valid only while the scene is processed.</summary>
    public Body? Body { get; set; }

    /// <summary>True when a network saw this person in the current scene.</summary>
    public bool Measured => Body is { Source: PoseSource.Measured };

    /// <summary>True from when the person was known for long enough and had the score once.</summary>
    public bool Counts { get; set; }

    /// <summary>Score, box and joints as last seen, for events that end without the person.</summary>
    public float Score { get; private set; }
    public Box Box { get; private set; }

    /// <summary>Middle of the ankles, or of the box's lower edge, in picture heights.</summary>
    public Vector2 Foot { get; private set; }

    /// <summary>As last measured.</summary>
    public Posture Posture { get; private set; }

    /// <summary>Length of the torso while upright, in picture heights; 0 = never seen upright.</summary>
    public float UprightTorso { get; private set; }

    /// <summary>Best guess of the torso's true length: what is seen now may be foreshortened.</summary>
    public float TorsoLength => MathF.Max(UprightTorso, Posture.IsKnown ? Posture.Torso : 0);
    public Trail Trail { get; } = new();
    public PoseHistory History { get; } = new(history, historyJoints);

    public void Begin(long track, long now, BodyJoints joints)
    {
        Track = track;
        FirstSeen = LastSeen = now;
        Body = null;
        Counts = false;
        Posture = default;
        UprightTorso = 0;
        _joints = joints;
        _lastUpright = Instant.Never;
        Score = 0;
        Box = default;
        Foot = default;
        Trail.Clear();
        History.Clear();
    }

    /// <summary>Takes the person's part of a scene; only what a network saw counts as a measurement.</summary>
    public void See(Body body, long now, float jointThreshold, float aspect)
    {
        (Body, LastSeen, Score, Box) = (body, now, body.Score, body.Box);
        if (!Measured) { return; }
        Foot = FootOf(body, jointThreshold, aspect);
        Posture = Posture.Of(body, _joints!, jointThreshold, aspect);
        if (Posture.IsKnown && Posture.Uprightness >= Upright) { Measure(now); }
        Trail.Add(new TrailPoint(now, Foot, Posture.IsKnown ? Posture.Shoulders.Y : float.NaN, UprightTorso));
        History.Add(now, body.Points);
    }

    private void Measure(long now)
    {
        var seconds = _lastUpright == Instant.Never ? double.MaxValue : (now - _lastUpright) / (double)Instant.PerSecond;
        var share = UprightTorso == 0 ? 1 : (float)(seconds / (seconds + TorsoMemory));
        UprightTorso += share * (Posture.Torso - UprightTorso);
        _lastUpright = now;
    }

    private Vector2 FootOf(Body body, float threshold, float aspect)
    {
        var (left, right) = (Ankle(_joints!.LeftAnkle), Ankle(_joints.RightAnkle));
        var foot = left is { } l && right is { } r ? (l + r) * 0.5f : new Vector2(body.Box.CenterX, body.Box.Y2);
        return foot with { X = foot.X * aspect };

        Vector2? Ankle(int joint) =>
            joint >= 0 && body.Points[joint] is { IsFound: true } p && p.Score >= threshold ? new Vector2(p.X, p.Y) : null;
    }
}
