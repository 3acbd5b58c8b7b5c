using System.Globalization;
using System.Security.Cryptography;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Daemon;

/// <summary>Puts a bottom-up network whose run takes as long as a test likes into a folder, with its descriptor.</summary>
internal static class NetworkFolder
{
    /// <param name="folder">One of <c>models.folders</c>.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="roundsPerLevel">As in <see cref="HangingModel.LitePose"/>.</param>
    public static void Add(string folder, string name, float roundsPerLevel)
    {
        var bytes = HangingModel.LitePose(14, roundsPerLevel);
        File.WriteAllBytes(Path.Combine(folder, name + ".onnx"), bytes);
        File.WriteAllText(Path.Combine(folder, name + ".yaml"), string.Create(CultureInfo.InvariantCulture, $$"""
            name: {{name}}
            kind: litepose
            file: {{name}}.onnx
            sha256: {{Convert.ToHexStringLower(SHA256.HashData(bytes))}}
            input: { width: 64, height: 64 }
            outputs: [coarse, fine]
            skeleton: crowdpose14
            licence: none needed
            source: made by the test

            """));
    }
}
