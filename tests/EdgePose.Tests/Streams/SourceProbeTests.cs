using System.Text;
using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class SourceProbeTests
{
    private static StreamFormat? Parse(string json, out string problem, SourceKind kind = SourceKind.File) => SourceProbe.Parse(Encoding.UTF8.GetBytes(json), kind, out problem);

    [Fact]
    public void Parse_File_GivesAllFields()
    {
        var format = Parse("""
            {"streams":[{"index":1,"codec_name":"h264","profile":"Main","width":640,"height":480,"pix_fmt":"yuv420p",
              "avg_frame_rate":"30000/1001","r_frame_rate":"30/1","side_data_list":[{"rotation":-90}]}],"format":{"duration":"6.5"}}
            """, out _);
        Assert.Equal(new StreamFormat(1, "h264", "Main", 480, 640, -90, 30000.0 / 1001, "yuv420p", TimeSpan.FromSeconds(6.5)), format);
    }

    [Theory]
    [InlineData("""[{"stream_index":0,"side_data_list":[{"side_data_type":"3x3 displaymatrix","rotation":90}]}]""", 90)]
    [InlineData("""[{"stream_index":1,"side_data_list":[{"rotation":90}]}]""", 0)]
    [InlineData("""[{"stream_index":0,"side_data_list":[{"side_data_type":"H.26[45] User Data Unregistered SEI message"}]}]""", 0)]
    [InlineData("[]", 0)]
    [InlineData("7", 0)]
    public void Parse_PictureThatSaysHowItIsTurned_IsBelievedWhereTheContainerSaysNothing(string frames, int rotation)
    {
        var format = Parse($$"""{"frames":{{frames}},"streams":[{"index":0,"codec_name":"h264","width":320,"height":240}]}""", out _)!;
        Assert.Equal((rotation, rotation == 0 ? 320 : 240), (format.Rotation, format.Width));
        Assert.Equal(-90, Parse($$"""{"frames":{{frames}},"streams":[{"index":0,"codec_name":"h264","width":320,"height":240,"side_data_list":[{"rotation":-90}]}]}""", out _)!.Rotation);
    }

    [Theory]
    [InlineData("1:2", 0, 0, 352, 288, 0.5)]
    [InlineData("1:2", 90, 0, 288, 352, 0.5)]
    [InlineData("0:1", 0, 0, 704, 288, 1)] // not said
    [InlineData("0:1", 0, 0.5, 352, 288, 0.5)] // configured
    [InlineData("1:1", 0, 0.5, 352, 288, 0.5)] // the camera says something wrong
    [InlineData("1:2000", 0, 0, 704, 288, 1)]
    public void Parse_MakesPixelsSquare(string announced, int rotation, double configured, int width, int height, double aspect)
    {
        var json = $$$"""{"streams":[{"index":0,"codec_name":"h264","width":704,"height":288,"sample_aspect_ratio":"{{{announced}}}","side_data_list":[{"rotation":{{{rotation}}}}]}]}""";
        var format = SourceProbe.Parse(Encoding.UTF8.GetBytes(json), SourceKind.Rtsp, out _, configured)!;
        Assert.Equal((width, height, aspect), (format.Width, format.Height, format.PixelAspect));
    }

    [Fact]
    public void Parse_TakesTheLargestPictureThatIsNoCover()
    {
        var format = Parse("""
            {"streams":[{"index":0,"codec_name":"mjpeg","width":2000,"height":2000,"disposition":{"attached_pic":1}},
              {"index":1,"codec_name":"h264","width":320,"height":240},{"index":2,"codec_name":"hevc","width":640,"height":480}]}
            """, out _);
        Assert.Equal(2, format!.StreamIndex);
    }

    [Theory]
    [InlineData("""{"streams":[]}""", "no video stream")]
    [InlineData("{}", "no video stream")]
    [InlineData("""{"streams":[{"index":0,"codec_name":"h264","width":0,"height":0}]}""", "no decodable picture")]
    [InlineData("""{"streams":[{"width":1000000,"height":1}]}""", "no decodable picture")]
    [InlineData("""{"streams":[{"width":"x"}]}""", "no decodable picture")]
    [InlineData("not json", "not understood")]
    public void Parse_Unusable_SaysWhy(string json, string why)
    {
        Assert.Null(Parse(json, out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MotionJpegOverHttp_AnnouncesNoRate()
    {
        var format = Parse("""{"streams":[{"index":0,"codec_name":"mjpeg","width":64,"height":48,"avg_frame_rate":"0/0","r_frame_rate":"25/1"}]}""", out _, SourceKind.Http);
        Assert.Equal((0.0, null), (format!.FramesPerSecond, format.Duration));
    }

    [Fact]
    public void Hardware_Auto_TriesOnlyDevicesThatExist_AndNeverARefusedOneAgain()
    {
        var choice = new HardwareChoice(HardwareDecoder.Auto, static path => path.StartsWith("/dev/", StringComparison.Ordinal));
        Assert.Equal(HardwareDecoder.Cuda, choice.For("h264"));
        choice.Refuse(HardwareDecoder.Cuda, "no libcuda");
        Assert.Equal(HardwareDecoder.Vaapi, choice.For("h264"));
        choice.Refuse(HardwareDecoder.Vaapi, "no driver");
        Assert.Equal(HardwareDecoder.None, choice.For("h264"));
        Assert.Contains("vaapi decoding does not work here (no driver)", choice.Problem, StringComparison.Ordinal);
        Assert.Equal(HardwareDecoder.None, new HardwareChoice(HardwareDecoder.Auto, static _ => false).For("h264"));
    }

    [Fact]
    public void Hardware_V4l2m2m_OfAnUnknownCodec_IsSoftwareAndSaysSo()
    {
        var choice = new HardwareChoice(HardwareDecoder.V4l2m2m, static _ => true);
        Assert.Equal(HardwareDecoder.None, choice.For("av1"));
        Assert.Contains("cannot decode av1", choice.Problem, StringComparison.Ordinal);
    }
}
