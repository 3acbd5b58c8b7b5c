using System.Text.Json;
using EdgePose.Cli;
using EdgePose.Tests.Workshop.Quantization;
using EdgePose.Workshop.Quantization;
using EdgePose.Workshop.Verbs;
using EdgePose.Workshop.Verbs.Quantize;

namespace EdgePose.Tests.Workshop.Verbs.Quantize;

public sealed class QuantizeOutputTests
{
    [Fact]
    public void Tenths_TwoStages_PrintsALinePerTenthOfEach()
    {
        var output = new StringWriter();
        var tenths = new StageProgress.Tenths(output);
        for (var i = 0; i <= 200; i++) { tenths.Report(new QuantizeProgress("calibrating: ranges", i, 200)); }
        for (var i = 1; i <= 3; i++) { tenths.Report(new QuantizeProgress("speed", i, 3)); }
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(13, lines.Length);
        Assert.StartsWith(" 10 %  calibrating: ranges: 20/200, ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("100 %  speed: 3/3, 00:00:00 left", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_Report_NamesGroupsFiguresAndVerdict()
    {
        var output = new StringWriter();
        QuantizeTable.Lines(CardTests.Report(), output);
        var text = output.ToString();
        Assert.Contains("group stage.2.3: 12.3 dB, 3.25 px, 0.900, float\n", text, StringComparison.Ordinal);
        Assert.Contains("group stage.1: 30.0 dB, 1.000, int8\n", text, StringComparison.Ordinal);
        Assert.Contains("in float: stem (first convolution)", text, StringComparison.Ordinal);
        Assert.Contains("size: 14.05 -> 3.70 MB", text, StringComparison.Ordinal);
        Assert.Contains("90 integer operators, 3 Quantize and 4 Dequantize left, 2 float islands", text, StringComparison.Ordinal);
        Assert.EndsWith("accepted: it's fine\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_Report_IsOneDocumentWithSnakeCaseNames()
    {
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(CardTests.Report(), WorkshopJson.Default.QuantizeReport));
        Assert.Equal("edgepose.quantize/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal(0.4, document.RootElement.GetProperty("evaluation").GetProperty("ap_loss").GetDouble());
        Assert.Equal("stage.2.3", document.RootElement.GetProperty("sensitivity")[0].GetProperty("group").GetString());
        Assert.Equal(1, document.RootElement.GetProperty("limits").GetProperty("max_ap_loss").GetDouble());
    }
}
