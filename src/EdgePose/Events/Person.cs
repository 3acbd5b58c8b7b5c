using System.Numerics;
using EdgePose.Domain;

namespace EdgePose.Events;

/// <summary>Whether a person is in a zone, with the time since when the opposite seems true.</summary>
internal struct ZoneState
{
    public bool Inside;

    /// <summary>Monotonic microseconds since when the other side was measured; <see cref="RuleState.Never"/> = not.</summary>
    public long ChangingSince;
}

/// <summary>What one rule remembers of one person (or of its zone). Times are monotonic microseconds.</summary>
internal struct RuleState
{
    public const long Never = long.MinValue;

    /// <summary>When the cause began; <see cref="Never"/> = there is none.</summary>
    public long Since;
    public long LastTrue;

    /// <summary>When the cause was last decided, either way.</summary>
    public long LastKnown;
    public long LastUpdate;

    /// <summary>End of the cool-down.</summary>
    public long ReadyAt;
    public bool Active;

    /// <summary>Key of the open event.</summary>
    public string Key;

    // What a rule needs beside the common life of an event; each rule names its use.
    public float A, B;
    public long T;
    public Vector2 P;
    public int Mark;

    public static readonly RuleState Fresh = new() { Since = Never, LastTrue = Never, LastKnown = Never, ReadyAt = Never, T = Never, Key = "" };
}

/// <summary>What the engine knows of one tracked person. Pooled.</summary>
internal sealed class Person(int zones, int rules, TimeSpan history, int historyJoints)
{
    /// <summary>Time constant of the torso length, in seconds: fast enough for somebody who walks away from the camera.</summary>
    private const double TorsoMemory = 1.5;

    /// <summary>Cosine of 40 degrees: a torso nearer to vertical is upright.</summary>
    private const float Upright = 0.766f;

    public readonly ZoneState[] Zones = new ZoneState[zones];
    public readonly RuleState[] States = new RuleState[rules];
    private BodyJoints? _joints;

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
        (Track, FirstSeen, LastSeen, Body, Counts, Posture, UprightTorso, _joints) = (track, now, now, null, false, default, 0, joints);
        (_lastUpright, Score, Box, Foot) = (RuleState.Never, 0, default, default);
        Array.Fill(Zones, new ZoneState { ChangingSince = RuleState.Never });
        Array.Fill(States, RuleState.Fresh);
        Trail.Clear();
        History.Clear();
    }

    private long _lastUpright;

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
        var seconds = _lastUpright == RuleState.Never ? double.MaxValue : (now - _lastUpright) / (double)Instant.PerSecond;
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
