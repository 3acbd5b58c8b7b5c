using System.Text.Json;

namespace EdgePose.SystemTests.Daemon;

/// <summary>The names in a line of <c>log.format: json</c>: log readers rely on them.</summary>
public sealed class JsonLogTests
{
    [Fact]
    public async Task JsonFormat_ALine_HasTheNamesThatLogReadersKnow()
    {
        DaemonFixture.NeedModels();
        using var site = Site.OfFigures();
        site.Configure(0, "cam: /nowhere/clip.mp4", more: "log: { format: json }\n");
        await using var daemon = site.Run("--stdout");
        await daemon.WaitForLogAsync("\"Stream\":\"cam\"");
        var line = daemon.Log.First(l => l.Contains("\"Stream\":\"cam\"", StringComparison.Ordinal));
        using var document = JsonDocument.Parse(line);
        Assert.Equal(
            ["Timestamp", "Level", "MessageTemplate", "RenderedMessage", "Properties"], document.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Contains("cam", document.RootElement.GetProperty("RenderedMessage").GetString(), StringComparison.Ordinal);
    }
}
