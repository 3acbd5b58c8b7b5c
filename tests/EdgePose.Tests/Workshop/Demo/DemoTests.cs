using System.Text.Json;
using EdgePose.Workshop.Demo;

namespace EdgePose.Tests.Workshop.Demo;

/// <summary>What the demo makes of the messages that it sees.</summary>
public sealed class DemoTests
{
    private const int Width = 200, Height = 100;

    private static JsonElement Message(long track, string box, params (int Joint, string Point)[] found)
    {
        var points = Enumerable.Repeat("null", 17).ToArray();
        foreach (var (joint, point) in found) { points[joint] = point; }
        return JsonElement.Parse($$"""
            { "skeleton": "coco17", "epoch": 1, "age_ms": 5,
              "people": [ { "track": {{track}}, "score": 0.9, "box": {{box}}, "points": [{{string.Join(',', points)}}] } ] }
            """);
    }

    private static (int R, int G, int B, int A) At(SkeletonPicture picture, int x, int y)
    {
        var i = (y * Width + x) * 4;
        return (picture.Rgba[i], picture.Rgba[i + 1], picture.Rgba[i + 2], picture.Rgba[i + 3]);
    }

    [Fact]
    public void Draw_TwoLinkedJoints_ArePointsWithALineBetween()
    {
        var picture = new SkeletonPicture(Width, Height);
        // left_shoulder and left_elbow are linked; the weak wrist is not drawn.
        Assert.Equal(2, picture.Draw(Message(0, "[0,0,0,0]", (5, "[0.25,0.5,0.9]"), (7, "[0.75,0.5,0.9]"), (9, "[0.75,0.9,0.1]"))));
        Assert.Equal((255, 255, 255, 255), At(picture, 50, 50));
        Assert.Equal((255, 255, 255, 255), At(picture, 150, 50));
        Assert.Equal((255, 99, 71, 255), At(picture, 100, 50));
        Assert.Equal((0, 0, 0, 0), At(picture, 100, 60));
        Assert.Equal((0, 0, 0, 0), At(picture, 150, 90));
        Assert.Equal((0, 0, 0, 0), At(picture, 150, 70));
    }

    [Fact]
    public void Draw_Box_HasFourThinSidesAndAnEmptyMiddle()
    {
        var picture = new SkeletonPicture(Width, Height);
        Assert.Equal(0, picture.Draw(Message(1, "[0.1,0.2,0.9,0.8]")));
        foreach (var (x, y) in new[] { (20, 50), (180, 50), (100, 20), (100, 80) }) { Assert.Equal((64, 224, 208, 110), At(picture, x, y)); }
        Assert.Equal((0, 0, 0, 0), At(picture, 100, 50));
    }

    [Fact]
    public void Draw_JointsOutsideThePicture_AreClippedNotAnError()
    {
        var picture = new SkeletonPicture(Width, Height);
        Assert.Equal(2, picture.Draw(Message(12345678901, "[-0.5,-0.5,1.5,1.5]", (5, "[-0.5,0.5,0.9]"), (7, "[1.5,0.5,0.9]"))));
        Assert.Equal(255, At(picture, 0, 50).A);
        Assert.Equal(255, At(picture, 199, 50).A);
    }

    [Fact]
    public void Observer_ScriptedLines_CountsWhatASubscriberSaw()
    {
        var observer = new Observer();
        string[] lines =
        [
            "edgepose/demo/availability\tonline",
            "edgepose/demo/streams/clip/availability\tonline",
            """edgepose/demo/streams/clip/state	{"state":"online","fps_processed":9.5,"frames_received":120,"frames_dropped":3}""",
            """edgepose/demo/streams/clip/poses	{"epoch":1,"age_ms":10,"people":[{"track":1},{"track":2}]}""",
            """edgepose/demo/streams/clip/poses	{"epoch":1,"age_ms":30,"people":[{"track":2}]}""",
            """edgepose/demo/streams/clip/poses	{"epoch":2,"age_ms":20,"people":[{"track":2},{"track":3},{"track":4}]}""",
            """edgepose/demo/streams/clip/poses	{"epoch":2,"age_ms":20,"people":[]}""",
            """edgepose/demo/streams/clip/poses	{"epoch":""",
            """edgepose/demo/streams/clip/poses	{"epoch":1}""",
            """edgepose/demo/streams/clip/state	[]""",
            "no tab at all",
            "edgepose/demo/availability\toffline",
        ];
        foreach (var line in lines) { observer.OnLine(line); }
        var seen = observer.Snapshot();
        Assert.Equal((11, 3, 4, 3, 5), (seen.Messages, seen.Unreadable, seen.PoseMessages, seen.LargestCrowd, seen.Tracks));
        Assert.Equal((20, 30, 9.5, 120, 3), (seen.AgeP50Ms, seen.AgeP99Ms, seen.FpsProcessed, seen.FramesReceived, seen.FramesDropped));
        Assert.Equal(("online", "offline", 3), (seen.StreamState, seen.Availability, seen.Sample!.Value.GetProperty("people").GetArrayLength()));
        Assert.Equal(6, seen.Topics["edgepose/demo/streams/clip/poses"]);
    }

    [Fact]
    public void Observer_NothingYet_IsAllZero()
    {
        var seen = new Observer().Snapshot();
        Assert.Equal((0, 0, 0.0, "", ""), (seen.Messages, seen.Tracks, seen.AgeP99Ms, seen.StreamState, seen.Availability));
        Assert.Null(seen.Sample);
    }
}
