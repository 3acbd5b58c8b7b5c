using System.Text.RegularExpressions;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Docs;

/// <summary>docs/dashboard.html as a text; <c>DashboardPageTests</c> of the system tests opens it in a browser.</summary>
public sealed class DashboardTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repo.Root, "docs", "dashboard.html"));

    [Fact]
    public void Page_IsShortAndLoadsNothingFromElsewhere()
    {
        Assert.InRange(Page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 10, 60);
        Assert.All(Page.Split('\n'), line => Assert.InRange(line.Length, 0, 160));
        Assert.DoesNotMatch("https?://|=\"//|wss?://(?!broker\\.lan|\\$\\{location)", Page);
        Assert.Equal("mqtt.min.js", Assert.Single(Regex.Matches(Page, "src=\"([^\"]+)\"")).Groups[1].Value);
    }

    [Fact]
    public void Page_SubscribesToTopicsOfTheContract()
    {
        var topics = new Topics("p", "n");
        foreach (var topic in (string[])[topics.Availability, topics.StreamAvailability("s"), topics.Poses("s"), topics.Skeleton("k")])
        {
            var filter = topic["p/n/".Length..].Replace("/s/", "/+/", StringComparison.Ordinal).Replace("skeletons/k", "skeletons/+", StringComparison.Ordinal);
            Assert.Contains($"'{filter}'", Page, StringComparison.Ordinal);
        }
    }
}
