using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>Every field of an event as bytes, bit for bit.</summary>
internal static class EventCodec
{
    /// <summary>No list of an event is longer; a count beyond it means foreign bytes.</summary>
    private const int Most = 4096;

    public static void Write(BinaryWriter to, PoseEvent e)
    {
        foreach (var text in (string[])[e.Stream, e.Key, e.Rule, e.Reason, e.Zone, e.Line, e.Direction]) { to.Write(text); }
        Write(to, e.Type);
        to.Write(e.Epoch);
        to.Write((byte)e.Phase);
        to.Write(e.Time.UtcTicks);
        to.Write(e.Microseconds);
        to.Write(e.Duration.Ticks);
        to.Write(e.Score);
        Write(to, e.Track, static (w, v) => w.Write(v));
        Write(to, e.Count, static (w, v) => w.Write(v));
        Write(to, e.Missing, static (w, v) => { w.Write(v.First); w.Write(v.Last); });
        Write(to, e.Box, static (w, v) => { w.Write(v.X1); w.Write(v.Y1); w.Write(v.X2); w.Write(v.Y2); });
        to.Write(e.Skeleton is not null);
        if (e.Skeleton is { } skeleton) { Write(to, skeleton); }
        Write(to, e.Points);
        to.Write7BitEncodedInt(e.History.Count);
        foreach (var moment in e.History)
        {
            to.Write(moment.Before.Ticks);
            Write(to, moment.Points);
        }
    }

    /// <param name="from">The bytes.</param>
    /// <param name="hasEnd">Whether a type says how it ends, which former records do not.</param>
    public static PoseEvent Read(BinaryReader from, bool hasEnd)
    {
        var (stream, key, rule, reason) = (from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString());
        var (zone, line, direction) = (from.ReadString(), from.ReadString(), from.ReadString());
        return new PoseEvent
        {
            Stream = stream, Key = key, Rule = rule, Reason = reason, Zone = zone, Line = line, Direction = direction,
            Type = ReadType(from, hasEnd),
            Epoch = from.ReadInt32(),
            Phase = from.ReadByte() is var phase and <= (byte)EventPhase.End ? (EventPhase)phase : throw new FormatException("no such phase"),
            Time = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero),
            Microseconds = from.ReadInt64(),
            Duration = TimeSpan.FromTicks(from.ReadInt64()),
            Score = from.ReadSingle(),
            Track = Read(from, static r => r.ReadInt64()),
            Count = Read(from, static r => r.ReadInt32()),
            Missing = Read(from, static r => new EventRange(r.ReadInt64(), r.ReadInt64())),
            Box = Read(from, static r => new Box(r.ReadSingle(), r.ReadSingle(), r.ReadSingle(), r.ReadSingle())),
            Skeleton = from.ReadBoolean() ? ReadSkeleton(from) : null,
            Points = ReadPoints(from),
            History = [.. Enumerable.Range(0, Length(from)).Select(_ => new PoseMoment(TimeSpan.FromTicks(from.ReadInt64()), ReadPoints(from)))],
        };
    }

    /// <summary>All that its rule said of it: the program that reads the record may not have the rule.</summary>
    private static void Write(BinaryWriter to, EventType type)
    {
        to.Write(type.Name);
        to.Write(type.EndName);
        to.Write(type.HumanActivity ?? "");
        to.Write(type.State is not null);
        if (type.State is not { } state) { return; }
        to.Write(state.Name);
        to.Write(state.DeviceClass ?? "");
    }

    private static EventType ReadType(BinaryReader from, bool hasEnd)
    {
        var (name, end, activity) = (from.ReadString(), hasEnd ? from.ReadString() : "", OrNull(from.ReadString()));
        var state = from.ReadBoolean() ? new EventState(from.ReadString(), OrNull(from.ReadString())) : null;
        return new EventType(name) { EndName = end, HumanActivity = activity, State = state };
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static void Write<T>(BinaryWriter to, T? value, Action<BinaryWriter, T> write) where T : struct
    {
        to.Write(value.HasValue);
        if (value is { } present) { write(to, present); }
    }

    private static T? Read<T>(BinaryReader from, Func<BinaryReader, T> read) where T : struct => from.ReadBoolean() ? read(from) : null;

    /// <summary>What a message says of it: name and joints. The rest is for those who work on poses.</summary>
    private static void Write(BinaryWriter to, Skeleton skeleton)
    {
        to.Write(skeleton.Name);
        to.Write7BitEncodedInt(skeleton.Joints.Count);
        foreach (var joint in skeleton.Joints) { to.Write(joint); }
    }

    private static Skeleton ReadSkeleton(BinaryReader from)
    {
        var name = from.ReadString();
        string[] joints = [.. Enumerable.Range(0, Length(from)).Select(_ => from.ReadString())];
        return new Skeleton { Name = name, Joints = joints, Links = [], Flip = [], Sigmas = [], BodyJoints = joints.Length };
    }

    private static void Write(BinaryWriter to, IReadOnlyList<Keypoint> points)
    {
        to.Write7BitEncodedInt(points.Count);
        foreach (var p in points)
        {
            to.Write(p.X);
            to.Write(p.Y);
            to.Write(p.Score);
        }
    }

    private static Keypoint[] ReadPoints(BinaryReader from) =>
        [.. Enumerable.Range(0, Length(from)).Select(_ => new Keypoint(from.ReadSingle(), from.ReadSingle(), from.ReadSingle()))];

    private static int Length(BinaryReader from) =>
        from.Read7BitEncodedInt() is var length and >= 0 and <= Most ? length : throw new FormatException("no such length");
}
