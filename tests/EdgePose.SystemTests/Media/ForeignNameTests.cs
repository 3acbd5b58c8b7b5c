using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Workshop.Media;

namespace EdgePose.SystemTests.Media;

/// <summary>
/// Names that would break out of a joined command line. Between FFMpegCore and the real tools stands a script that writes down what it was
/// called with: nothing of the foreign name may be in there, only the link of our own.
/// </summary>
public sealed class ForeignNameTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-names-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("two  spaces.avi")]
    [InlineData("a\" -v quiet -show_error \"b.avi")]
    [InlineData("it's; $(touch owned) `touch owned`.avi")]
    [InlineData("-y.avi")]
    [InlineData("line\nbreak\r.avi")]
    [InlineData("back\\slash\\\".avi")]
    [InlineData("concat:a|b.avi")]
    [InlineData("größe-大.avi")]
    public async Task Clip_OfAnyName_IsReadAndOnlyOurOwnNameIsPassedOn(string name)
    {
        var clip = await ClipAsync(name);
        var tool = new FfmpegOnOwnNames(RecordedTools());
        Assert.Equal((64, 48), await tool.SizeAsync(clip, default));
        var prepared = Path.Combine(_folder, "prepared.mp4");
        await tool.PrepareForRtspAsync(clip, prepared, TimeSpan.FromSeconds(1), default);
        var calls = Calls();
        Assert.Equal(2, calls.Count);
        Assert.All(calls, arguments =>
        {
            Assert.Single(arguments, a => a.StartsWith(Path.Combine(Path.GetTempPath(), "edgepose-media-"), StringComparison.Ordinal) && a.EndsWith("/media", StringComparison.Ordinal));
            Assert.DoesNotContain(arguments, a => a.Contains(name, StringComparison.Ordinal) || a is "quiet" or "-show_error");
            // What may be in an argument at all: our own words, numbers and names.
            Assert.All(arguments, a => Assert.Matches("^[A-Za-z0-9/._:-]+$", a));
        });
        Assert.Contains(prepared, calls[1]);
        Assert.Equal((64, 48), await tool.SizeAsync(prepared, default));
        Assert.False(File.Exists(Path.Combine(_folder, "owned")) || File.Exists("owned"));
    }

    [Fact]
    public async Task File_WithoutVideo_IsNamedAsTheUserKnowsIt()
    {
        var file = Path.Combine(_folder, "notes \"1\".txt");
        await File.WriteAllTextAsync(file, "no clip");
        var tool = new FfmpegOnOwnNames(RecordedTools());
        var size = await Assert.ThrowsAsync<UserError>(() => tool.SizeAsync(file, default));
        var work = await Assert.ThrowsAsync<UserError>(() => tool.PrepareForRtspAsync(file, Path.Combine(_folder, "x.mp4"), TimeSpan.FromSeconds(1), default));
        Assert.All([size, work], e =>
        {
            Assert.Equal(ExitCode.Source, e.Code);
            Assert.Contains(file, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("edgepose-media-", e.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Target_InAFolderWithAQuote_IsRefused()
    {
        var clip = await ClipAsync("clip.avi");
        var tool = new FfmpegOnOwnNames(RecordedTools());
        var e = await Assert.ThrowsAsync<UserError>(() => tool.PrepareForRtspAsync(clip, Path.Combine(_folder, "a\"b", "x.mp4"), TimeSpan.FromSeconds(1), default));
        Assert.Contains("TMPDIR", e.Hint, StringComparison.Ordinal);
        Assert.Empty(Calls());
    }

    [Fact]
    public async Task Links_AreGoneAfterwards()
    {
        var clip = await ClipAsync("clip.avi");
        await new FfmpegOnOwnNames(RecordedTools()).SizeAsync(clip, default);
        var link = Calls().Single().Single(a => a.EndsWith("/media", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.GetDirectoryName(link)));
        Assert.True(File.Exists(clip));
    }

    private async Task<string> ClipAsync(string name)
    {
        var (plain, clip) = (Path.Combine(_folder, "made.avi"), Path.Combine(_folder, name));
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=1", plain]);
        File.Move(plain, clip);
        return clip;
    }

    /// <summary>Scripts named ffmpeg and ffprobe that write down their arguments and go on as the real tool; the path of the first.</summary>
    private string RecordedTools()
    {
        foreach (var tool in (string[])["ffmpeg", "ffprobe"])
        {
            var path = Path.Combine(_folder, tool);
            File.WriteAllText(path, $"#!/bin/sh\nprintf '%s\\0' \"$@\" >> '{_folder}/calls'\nprintf '\\1' >> '{_folder}/calls'\nexec {Tools.Find(tool)} \"$@\"\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return Path.Combine(_folder, "ffmpeg");
    }

    /// <summary>The arguments of each call so far, but for those by which FFMpegCore finds out that the tools are there.</summary>
    private List<string[]> Calls()
    {
        var file = Path.Combine(_folder, "calls");
        if (!File.Exists(file)) { return []; }
        return [.. File.ReadAllText(file).Split('\u0001', StringSplitOptions.RemoveEmptyEntries)
            .Select(c => c.Split('\0', StringSplitOptions.RemoveEmptyEntries)).Where(c => c is not ["-version"])];
    }
}
