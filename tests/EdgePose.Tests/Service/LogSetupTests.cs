using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Service;
using EdgePose.Service.Logs;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace EdgePose.Tests.Service;

#pragma warning disable CA1848, CA1873 // The sink is tested here, not how callers reach it.

[Collection(ConsoleCollection.Name)]
public sealed class LogSetupTests
{
    private static string Written(string level, LogStyle style, Action<ILogger> write)
    {
        var redactor = new Redactor();
        redactor.Register([new Secret("hunter2"), new Secret("qu\"ote")]);
        using var console = new CapturedConsole();
        using (var log = LogSetup.Create(level, style, redactor))
        using (var factory = new SerilogLoggerFactory(log)) { write(factory.CreateLogger("test")); }
        Assert.Equal("", console.Out);
        return console.Error;
    }

    [Theory]
    [InlineData(LogStyle.Console)]
    [InlineData(LogStyle.Journald)]
    [InlineData(LogStyle.Json)]
    internal void Write_SecretsInTextArgumentAndException_AreMasked(LogStyle style)
    {
        var text = Written("trace", style, log =>
        {
            log.LogError(new InvalidOperationException("refused hunter2"), "opening {Url} with {Password} {Other}", "rtsp://u:other@cam/x", "hunter2", "qu\"ote");
            log.LogTrace("hunter2 again");
        });
        foreach (var secret in new[] { "hunter2", "other@", "qu\"ote", "qu\\\"ote" }) { Assert.DoesNotContain(secret, text, StringComparison.Ordinal); }
        Assert.Contains("opening ", text, StringComparison.Ordinal);
        Assert.Contains("refused ***", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogStyle.Console)]
    [InlineData(LogStyle.Journald)]
    [InlineData(LogStyle.Json)]
    internal void Write_AnException_IsALineWithItsCausesAndNoTrace(LogStyle style)
    {
        var text = Written("trace", style, log =>
        {
            try { throw new InvalidOperationException("outer", new IOException("inner")); }
            catch (InvalidOperationException e) { log.LogError(e, "it failed"); }
        });
        Assert.Contains("InvalidOperationException: outer; because of IOException: inner", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AStateOfTheCode_IsSaidInWords() => Assert.EndsWith(
        "auth failed: why\n", Written("info", LogStyle.Console, log => log.LogWarning("{State}: {Reason}", StreamState.AuthFailed, "why")), StringComparison.Ordinal);

    [Fact]
    public void Write_Journald_PrefixesEveryLineWithItsPriority()
    {
        var text = Written("trace", LogStyle.Journald, log =>
        {
            log.LogCritical("c");
            log.LogError("e1\ne2");
            log.LogWarning("w");
            log.LogInformation("i");
            log.LogDebug("d");
        });
        Assert.Equal("<2>c\n<3>e1\n<3>e2\n<4>w\n<6>i\n<7>d\n", text);
    }

    [Fact]
    public void Write_Json_IsOneDocumentALine()
    {
        var text = Written("info", LogStyle.Json, log => log.LogInformation("stream={Stream} came\nback", "front"));
        using var line = JsonDocument.Parse(Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("front", line.RootElement.GetProperty("Properties").GetProperty("Stream").GetString());
        Assert.Equal("Information", line.RootElement.GetProperty("Level").GetString());
    }

    [Theory]
    [InlineData("trace", 5)]
    [InlineData("debug", 4)]
    [InlineData("info", 3)]
    [InlineData("warning", 2)]
    [InlineData("error", 1)]
    public void Write_BelowTheLevel_IsLeftOut(string level, int lines)
    {
        var text = Written(level, LogStyle.Console, log =>
        {
            foreach (var l in new[] { LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error }) { log.Log(l, "line"); }
        });
        Assert.Equal(lines, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
