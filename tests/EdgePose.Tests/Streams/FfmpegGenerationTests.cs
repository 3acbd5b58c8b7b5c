using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

/// <summary>
/// What the programs themselves print: 4.3.7, 5.1.9, 7.1.5 and 9.0.2 as Debian builds them. The lines of 4.4, 6.0, 6.1 and 8.0 stand in for builds that were
/// never run here: their library versions were written from memory, and no source was read for them.
/// </summary>
public sealed class FfmpegGenerationTests
{
    private static FfmpegGeneration Read(string name, string library) => FfmpegGeneration.Parse($"""
        ffmpeg version {name} Copyright (c) 2000-2026 the FFmpeg developers
        built with gcc 12 (Debian 12.2.0-14)
        libavutil      57. 28.100 / 57. 28.100
        libavcodec     59. 37.100 / 59. 37.100
        libavformat    {library} / {library}
        libavdevice    59.  7.100 / 59.  7.100
        """)!;

    [Theory]
    [InlineData("4.3.7-0+deb11u1", "58. 45.100", false, false, false)]
    [InlineData("4.4.2-0ubuntu0.22.04.1", "58. 76.100", false, false, false)]
    [InlineData("5.0.1", "59. 16.100", false, true, false)]
    [InlineData("5.1.9-0+deb12u1", "59. 27.100", true, true, false)]
    [InlineData("6.0", "60.  3.100", true, true, false)]
    [InlineData("6.1.1", "60. 16.100", true, true, true)]
    [InlineData("7.1.5-0+deb13u1", "61.  7.103", true, true, true)]
    [InlineData("N-118000-gabcdef0123", "62.  3.100", true, true, true)]
    [InlineData("9.0.2-4", "63.  1.102", true, true, true)]
    public void KnownGeneration_IsUsed_WithWhatItHas(string name, string library, bool frameRateMode, bool scriptOptions, bool decodesAhead)
    {
        var generation = Read(name, library);
        Assert.Equal((name, null), (generation.Name, generation.Problem));
        Assert.Equal((frameRateMode, scriptOptions, decodesAhead), (generation.HasFrameRateMode, generation.HasScriptOptions, generation.DecodesAhead));
        Assert.Equal((frameRateMode ? 0 : 1) + (scriptOptions ? 0 : 1), generation.Lacks().Count());
    }

    [Theory]
    [InlineData("4.2.7", "58. 29.100", "4.3 or later is needed")]
    [InlineData("3.4.11", "57. 83.100", "4.3 or later is needed")]
    [InlineData("10.0", "64.  1.100", "newer than those whose messages are known")]
    public void OtherGeneration_IsRefused_WithWhatIsMissing(string name, string library, string why)
    {
        var problem = Read(name, library).Problem;
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Contains(name, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffmpeg version 5.1.9 Copyright (c)")]
    [InlineData("libavformat    59. 27.100 / 59. 27.100")]
    [InlineData("avconv version 12, Copyright\nlibavformat     57.  7. 2 / 57.  7. 2")]
    public void OtherProgram_IsNone(string output) => Assert.Null(FfmpegGeneration.Parse(output));

    [Fact]
    public async Task ToolGivenByItsPath_CountsAsTheNewest_AndAKnownOneIsNotAskedAgain()
    {
        Assert.Equal(FfmpegGeneration.Newest, (await new FfmpegTools("/somewhere/ffmpeg").KnownAsync(CancellationToken.None)).Generation);
        var old = Read("4.3.7", "58. 45.100");
        Assert.Same(old, (await new FfmpegTools(Generation: old).KnownAsync(CancellationToken.None)).Generation);
    }
}
