using System.Text.Json;
using EdgePose.Peers;
using EdgePose.Tests.Sinks.Mqtt;

namespace EdgePose.SystemTests.Daemon;

/// <summary>A pose message as a subscriber understands it, after it was found to follow its schema.</summary>
internal sealed record PoseMessage(string Stream, int Epoch, long Seq, IReadOnlyList<SeenPerson> People)
{
    private static readonly PublishedSchema Schema = PublishedSchema.Load("poses.v1");

    public static PoseMessage Parse(string json)
    {
        var violations = Schema.Check(json);
        Assert.True(violations.Count == 0, $"{string.Join('\n', violations)}\n{json}");
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new PoseMessage(
            root.GetProperty("stream").GetString()!, root.GetProperty("epoch").GetInt32(), root.GetProperty("seq").GetInt64(),
            [.. root.GetProperty("people").EnumerateArray().Select(SeenPerson.Read)]);
    }

    /// <summary>The pose messages of one stream among what a subscriber has seen.</summary>
    public static IReadOnlyList<PoseMessage> Of(MosquittoSub sub, string stream) =>
        [.. sub.Seen.Where(m => m.Topic == Site.Topic($"streams/{stream}/poses")).Select(m => Parse(m.Payload))];

    /// <summary>Waits until a frame with people of an epoch after <paramref name="epoch"/> has arrived.</summary>
    public static async Task<PoseMessage> WaitAsync(MosquittoSub sub, EdgePoseProcess daemon, string stream, int epoch = 0)
    {
        PoseMessage? found = null;
        await Tools.UntilAsync(
            () => Task.FromResult((found = Of(sub, stream).FirstOrDefault(p => p.Epoch > epoch && p.People.Count > 0)) is not null),
            () => $"no people of {stream} after epoch {epoch}; the log:\n{string.Join('\n', daemon.Log)}");
        return found!;
    }
}

/// <summary>One person: track id, box height and width, and the joints that were seen, by their COCO index.</summary>
internal sealed record SeenPerson(long Track, double Width, double Height, IReadOnlyDictionary<int, (double X, double Y)> Joints)
{
    private static readonly int[] Shoulders = [5, 6], Ankles = [15, 16];

    public static SeenPerson Read(JsonElement person)
    {
        var box = person.GetProperty("box").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var joints = person.GetProperty("points").EnumerateArray().Select((point, index) => (point, index))
            .Where(j => j.point.ValueKind == JsonValueKind.Array)
            .ToDictionary(j => j.index, j => (j.point[0].GetDouble(), j.point[1].GetDouble()));
        return new SeenPerson(person.GetProperty("track").GetInt64(), box[2] - box[0], box[3] - box[1], joints);
    }

    /// <summary>Shoulders above the ankles, where both were seen: a pedestrian, not a pattern in a test picture.</summary>
    public bool? IsUpright
    {
        get
        {
            var (shoulders, ankles) = (Mean(Shoulders), Mean(Ankles));
            return shoulders is null || ankles is null ? null : shoulders < ankles;
        }
    }

    private double? Mean(int[] indices)
    {
        var seen = indices.Where(Joints.ContainsKey).Select(i => Joints[i].Y).ToArray();
        return seen.Length == 0 ? null : seen.Average();
    }
}
