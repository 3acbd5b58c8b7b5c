using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>README's first command: broker, RTSP server, the program as its own daemon, subscriber and picture, all real.</summary>
public sealed class DemoTests(DaemonFixture daemon) : IDisposable
{
    private readonly Site _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task Demo_ShortClip_SeesPeopleStopsCleanlyAndWritesThePicture()
    {
        var picture = Path.Combine(_site.Folder, "demo picture.png");
        string[] models = ["--models", DaemonFixture.NeedModels()];
        Task<VerbResult> RunAsync(int seconds) => _site.RunVerbAsync(["demo", "--seconds", $"{seconds}", "--clip", daemon.People, "--picture", picture, .. models]);
        var result = await RunAsync(8);
        // Without anybody seen it is a failure, which a busy machine needs longer to avoid.
        if (result.ExitCode == 1) { result = await RunAsync(40); }
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("rtsp://127.0.0.1:", result.Output, StringComparison.Ordinal);
        Assert.Contains("clean stop      exit code 0, retained availability \"offline\"", result.Output, StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(picture))[..4]);
    }
}
