using EdgePose.Tests.Service.Configuration;
using EdgePose.Workshop.Probe;

namespace EdgePose.Tests.Workshop.Probe;

/// <summary>What probe prints can be checked in the same shell.</summary>
public sealed class PasswordPlaceTests
{
    private static ProbeRequest Request(string file = "") => new("rtsp://h/1", "viewer", null, false, "none", TimeSpan.FromSeconds(1), "front") { PasswordFile = file };

    [Fact]
    public void Find_APasswordFile_IsNamedWithItsWholePath()
    {
        using var folder = new TempFolder();
        var file = folder.Write("cam.secret", "geheim", UnixFileMode.UserRead);
        var place = PasswordPlace.Find(Request(file), _ => null);
        Assert.Equal($"password_file: \"{file}\"", place.Line);
        Assert.DoesNotContain(place.Advice, a => a.Contains("chmod", StringComparison.Ordinal));
        Assert.Equal("geheim", Loading.Good($"streams:\n  front:\n    url: rtsp://h/1\n    user: viewer\n    {place.Line}\n").Streams[0].Source.Password!.Reveal());
    }

    [Fact]
    public void Find_AFileThatOthersMayRead_SaysHowToCloseIt()
    {
        using var folder = new TempFolder();
        var file = folder.Write("cam.secret", "geheim", (UnixFileMode)0b110_100_100);
        Assert.Contains($"chmod 600 {file}", PasswordPlace.Find(Request(file), _ => null).Advice[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ACredentialThatIsThere_IsNamed()
    {
        using var folder = new TempFolder();
        folder.Write("camera.front", "geheim");
        Assert.Equal("password: ${credential:camera.front}", PasswordPlace.Find(Request("other"), n => n == "CREDENTIALS_DIRECTORY" ? folder.Path : null).Line);
    }

    [Fact]
    public void Find_APasswordOfTheAddress_SaysWhereToPutIt()
    {
        var place = PasswordPlace.Find(Request(), _ => null);
        Assert.Contains("camera-front.secret", place.Line, StringComparison.Ordinal);
        Assert.Contains("umask 077", place.Advice[0], StringComparison.Ordinal);
    }
}
