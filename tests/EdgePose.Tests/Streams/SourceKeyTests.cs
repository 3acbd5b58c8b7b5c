using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Streams;

public sealed class SourceKeyTests
{
    private const string Head = "mqtt: { url: \"mqtt://localhost\" }\n";

    private static string Front(string keys) => $"{Head}streams: {{ front: {{ url: rtsp://cam/x, {keys} }} }}";

    [Fact]
    public void KeyPictureAndPixelAspect_AreRead()
    {
        var source = Loading.Good(Front("key_picture_within: 5m, pixel_aspect: \"12:11\"")).Streams[0].Source;
        Assert.Equal((TimeSpan.FromMinutes(5), 12 / 11.0), (source.KeyPictureWithin, source.PixelAspect));
        var silent = Loading.Good(Head + "streams: { front: rtsp://cam/x }").Streams[0].Source;
        Assert.Equal((TimeSpan.FromMinutes(2), 0.0), (silent.KeyPictureWithin, silent.PixelAspect));
    }

    [Theory]
    [InlineData("pixel_aspect: wide", "pixel_aspect")]
    [InlineData("pixel_aspect: \"1:0\"", "pixel_aspect")]
    [InlineData("pixel_aspect: \"1:100\"", "pixel_aspect")]
    [InlineData("key_picture_within: 1s", "key_picture_within")]
    [InlineData("fps: 1e-400", "fps")]
    [InlineData("fps: -0", "fps")]
    [InlineData("fps: -0.0fps", "fps")]
    [InlineData("fps: 0.00e0000001x", "fps")]
    [InlineData("user: \"a:b\"", "a user name cannot hold ':'")]
    public void WhatCannotBe_IsRefused(string key, string expected) => Assert.Contains(expected, Loading.Texts(Loading.Load(Front(key))), StringComparison.Ordinal);

    [Theory]
    [InlineData("fps: 0", 0)]
    [InlineData("fps: 0.0", 0)]
    [InlineData("fps: 25e-1", 2.5)]
    public void ZeroAndExponents_AreNumbers(string key, double expected) => Assert.Equal(expected, Loading.Good(Front(key)).Streams[0].Source.Fps);

    [Theory]
    [InlineData("rtsp://cam/${env:PATH}")]
    [InlineData("rtsp://${env:HOST}/x")]
    [InlineData("rtsp://${credential:user}:pw@cam/x")]
    [InlineData("http://cam/x?token=${credential:token}")]
    [InlineData("/srv/${env:CLIP}.mp4")]
    public void ReferenceInsideAnAddress_IsRefused(string url)
    {
        var text = Loading.Texts(Loading.Load($"{Head}streams: {{ front: {{ url: '{url}' }} }}"));
        Assert.Contains("references such as ${env:NAME} are possible", text, StringComparison.Ordinal);
    }
}
