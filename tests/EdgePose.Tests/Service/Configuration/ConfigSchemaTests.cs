using EdgePose.Tests.Sinks.Mqtt;
using EdgePose.TestSupport;
using YamlDotNet.Serialization;

namespace EdgePose.Tests.Service.Configuration;

/// <summary>The JSON schema of the configuration, judged by a library that does not know the loader: both must say the same of a file.</summary>
public sealed class ConfigSchemaTests
{
    private const string Good = """
        node: hall
        mqtt: { url: mqtts://broker.lan, keep_alive: 30s }
        tracking: { enabled: true }
        streams:
          front: rtsp://cam1.lan/stream2
          yard: { url: rtsp://cam2.lan/1, fps: 5, zones: { floor: [[0.1, 0.2], [0.9, 0.2], [0.9, 1]] } }
        """;

    private static readonly PublishedSchema Schema = PublishedSchema.Load("edgepose");

    private static IReadOnlyList<string> Check(string yaml)
    {
        var document = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(yaml);
        return Schema.Check(new SerializerBuilder().JsonCompatible().Build().Serialize(document));
    }

    [Fact]
    public void GoodFile_IsValid()
    {
        Assert.Empty(Loading.Load(Good).Problems);
        Assert.Empty(Check(Good));
    }

    [Fact]
    public void ShippedManual_IsValid() => Assert.Empty(Check(File.ReadAllText(Path.Combine(Repo.Root, "config", "edgepose.yaml"))));

    [Theory]
    [InlineData("node: hall", "node: Hall Pi")]
    [InlineData("node: hall", "inference: { plugin_libraries: { \"My Npu\": /opt/x.so } }")]
    [InlineData("node: hall", "inference: { plugin_libraries: { npu: \"\" } }")]
    [InlineData("mqtts://", "http://")]
    [InlineData("keep_alive: 30s", "keep_alive: 30")]
    [InlineData("keep_alive", "keepalive")]
    [InlineData("enabled: true", "enabled: 3")]
    [InlineData("fps: 5", "fps: -1")]
    [InlineData("fps: 5", "fps: many")]
    [InlineData("[[0.1, 0.2]", "[[0.1, 7]")]
    [InlineData("streams:", "stream:")]
    public void BadFile_IsRefusedByBoth(string good, string bad)
    {
        var yaml = Good.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Good, yaml);
        Assert.NotEmpty(Loading.Load(yaml).Problems);
        Assert.NotEmpty(Check(yaml));
    }
}
