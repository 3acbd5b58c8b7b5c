using EdgePose.Settings;

namespace EdgePose.Sinks.Sparkplug;

/// <summary>What the section <c>mqtt</c> says about Sparkplug B.</summary>
/// <param name="Group">Group id; empty = off.</param>
internal sealed record SparkplugSettings(string Group)
{
    public static SparkplugSettings Read(Section s) => new(s.Text("sparkplug_group", "", CheckGroup, new Doc("""
        Group id of Sparkplug B. With one, this node and its streams appear as a Sparkplug edge node and its devices, over a second connection with
        the client id <client_id>-sparkplug. Sparkplug data is not kept while the broker is away; events are kept, on their own topic.
        """) { Example = "plant-1" }));

    private static string? CheckGroup(string text) =>
        text.Length is 0 or > 63 || text.Any(c => c is '/' or '+' or '#' || char.IsControl(c)) ? "1–63 characters without / + #" : null;
}
