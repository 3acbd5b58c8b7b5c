using System.Globalization;
using System.Text;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.TestSupport;
using EdgePose.Workshop.Replay;

namespace EdgePose.SystemTests.Events;

/// <summary>
/// Real people before the whole pipeline: the events of its tracks against those of the exact tracks, by the same rules. The clips move the
/// picture over a still, so people pass zones and lines because the camera pans.
/// </summary>
public sealed class PanZoomEventTests(ITestOutputHelper output) : IDisposable
{
    private const int Fps = 5;
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-panzoom-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Rules_OnTheTracksOfThePipeline_FindWhatTheyFindOnTheExactTracks()
    {
        var (clips, models) = (Repo.Shared("media/panzoom"), Repo.Shared("models"));
        var config = Path.Combine(_folder, "edgepose.yaml");
        await File.WriteAllTextAsync(config, Configuration(models));
        var result = ConfigLoader.Load(config);
        Assert.True(result.Config is not null, string.Join('\n', result.Problems));
        var loaded = result.Config;
        var tally = new SortedDictionary<string, (int Same, int Missing, int Extra)>(StringComparer.Ordinal);
        foreach (var name in (string[])["dinner", "skate", "tennis"])
        {
            var clip = new PanZoom(clips, name);
            var truth = Comparable(clip.Truth(loaded.Streams[0], loaded.Events, Start, (int)(30 / Fps)));
            var report = await Replaying.RunAsync(new ReplayRequest { Sources = [clip.Clip], ConfigPath = config }, _ => { }, TimeProvider.System, CancellationToken.None);
            var found = Comparable(report.Events.Where(e => !clip.IsIgnored(e, Start)));
            var difference = EventDifference.Of(truth, found, Tolerance);
            output.WriteLine($"{name}: {report.Frames} frames, {truth.Count} events expected, {difference.Same} found, {difference.Missing.Count} missing, {difference.Extra.Count} extra");
            foreach (var e in difference.Missing) { output.WriteLine($"  - {e.Time:ss.f} {e.Rule} {e.Type} {e.Direction} track {e.Track}"); }
            foreach (var e in difference.Extra) { output.WriteLine($"  + {e.Time:ss.f} {e.Rule} {e.Type} {e.Direction} track {e.Track}"); }
            foreach (var type in truth.Concat(found).Select(e => e.Type).Distinct())
            {
                var (same, missing, extra) = tally.GetValueOrDefault(type);
                var (m, x) = (difference.Missing.Count(e => e.Type == type), difference.Extra.Count(e => e.Type == type));
                tally[type] = (same + truth.Count(e => e.Type == type) - m, missing + m, extra + x);
            }
        }
        foreach (var (type, (same, missing, extra)) in tally)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{type,-16} precision {same / Math.Max(1.0, same + extra):0.000}, recall {same / Math.Max(1.0, same + missing):0.000} ({same} of {same + missing} found, {extra} extra)"));
        }
        var (all, lost, wrong) = (tally.Values.Sum(t => t.Same), tally.Values.Sum(t => t.Missing), tally.Values.Sum(t => t.Extra));
        Assert.True(all + lost >= 80, "too few events to mean anything");
        Assert.InRange(all / (double)(all + wrong), 0.7, 1);
        Assert.InRange(all / (double)(all + lost), 0.65, 1);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all              precision {all / (double)(all + wrong):0.000}, recall {all / (double)(all + lost):0.000}"));
    }

    /// <summary>Starts, and zone leavings that are not the end of the clip or of a track; the number of people is compared by the comings and goings.</summary>
    private static List<EventLine> Comparable(IEnumerable<EventLine> events) =>
        [.. events.Where(e => (e.Phase == "start" || e.Type == "zone_leave") && e.Reason is not ("stopped" or "track_lost")).Select(e => e with { Count = null })];

    /// <summary>Six zones and eight lines over the whole picture, so that every person meets some.</summary>
    private static string Configuration(string models)
    {
        var (zones, lines, rules) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var i = 0; i < 6; i++)
        {
            var (x, y) = (i % 3 / 3.0, i / 3 * 0.5);
            zones.Append(CultureInfo.InvariantCulture, $"      z{i}: [[{x:0.###}, {y}], [{x + 0.333:0.###}, {y}], [{x + 0.333:0.###}, {y + 0.5}], [{x:0.###}, {y + 0.5}]]\n");
            rules.Append(CultureInfo.InvariantCulture, $"      in{i}: {{ type: zone, zone: z{i} }}\n      stay{i}: {{ type: dwell, zone: z{i}, after: 3s }}\n");
        }
        foreach (var x in (int[])[20, 35, 50, 65, 80])
        {
            lines.Append(CultureInfo.InvariantCulture, $"      v{x}: [[0.{x}, 1], [0.{x}, 0]]\n");
            rules.Append(CultureInfo.InvariantCulture, $"      over{x}: {{ type: line, line: v{x} }}\n");
        }
        return $$"""
            node: test
            models: { folders: [{{models}}] }
            pose: { model: pp-tinypose-256x192, detector: rtmdet-nano-person }
            streams:
              clip:
                url: rtsp://camera.lan/1
                fps: {{Fps}}
                zones:
            {{zones}}    lines:
            {{lines}}    rules:
                  up: { type: hand_raised }
                  fallen: { type: fall }
                  lies: { type: lying, after: 2s }
            {{rules}}
            """;
    }
}
