using Xunit.Abstractions;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Tracking;

public sealed class QualityTable(ITestOutputHelper output)
{
    [Fact]
    public void Table()
    {
        var clips = new[] { "dinner", "skate", "tennis" }.Select(n => Clip.ReadPanZoom(Repo.Shared("media/panzoom"), n)).ToList();
        clips.Add(Clip.ReadMot(Repo.Shared("media/tracking/TUD-Campus/gt.txt"), "TUD-Campus", 25, 640, 480, false));
        clips.Add(Clip.ReadMot(Repo.Shared("media/tracking/TUD-Stadtmitte/gt.txt"), "TUD-Stadt", 25, 640, 480, false));
        clips.Add(Clip.ReadMot(Repo.Shared("media/tracking/MOT16-11/gt.txt"), "MOT16-11", 30, 1920, 1080, true));
        clips.Add(Scenes.Street());
        var text = new System.Text.StringBuilder();
        foreach (var clip in clips)
        {
            foreach (var bottomUp in clip.Frames[0].Actors[0].Points.Length > 0 ? new[] { false, true } : [false])
            {
                foreach (var fps in new[] { 30.0, 10, 5, 3 })
                {
                    double a = 0, b = 0, c = 0; int sa = 0, sb = 0;
                    for (var seed = 1; seed <= 5; seed++)
                    {
                        var d = new ScriptedDetector(seed) { BottomUp = bottomUp };
                        var ours = Evaluation.RunEdgePose(clip, fps, d);
                        var theirs = Evaluation.RunFrameBased(clip, fps, d);
                        a += ours.Idf1 / 5; b += theirs.Idf1 / 5; sa += ours.Switches; sb += theirs.Switches;
                        c += Evaluation.RunOracle(clip, fps, d).Idf1 / 5;
                    }
                    text.AppendLine($"{clip.Name,-11}{(bottomUp ? "bu" : "td")} {fps,3} IDF1 {a:f3} base {b:f3} oracle {c:f3}  IDSW {sa / 5.0,6:f1} base {sb / 5.0,6:f1}");
                }
            }
        }
        File.WriteAllText("/tmp/track_table.txt", text.ToString());
        output.WriteLine(text.ToString());
    }
}
