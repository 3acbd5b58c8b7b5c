using System.Security.Cryptography;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.Peers;

/// <summary>A network of four operators that takes three coloured spots for a person, with its descriptor: its runs cost next to nothing.</summary>
internal static class TinyNetwork
{
    public const string Name = "tiny";

    public static void Write(string folder)
    {
        var network = TinyModel.Person(14);
        File.WriteAllBytes(Path.Combine(folder, "tiny.onnx"), network);
        File.WriteAllText(Path.Combine(folder, "tiny.yaml"), $$"""
            name: {{Name}}
            kind: litepose
            file: tiny.onnx
            sha256: {{Convert.ToHexStringLower(SHA256.HashData(network))}}
            input: { width: 64, height: 64 }
            outputs: [coarse, fine]
            skeleton: crowdpose14
            licence: none
            source: made by the tests
            """);
    }
}
