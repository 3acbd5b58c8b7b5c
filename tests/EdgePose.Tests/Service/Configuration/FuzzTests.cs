using System.Text;
using EdgePose.Networks.Models;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Service.Configuration;

/// <summary>Seeded mutations: whatever the bytes are, the loaders return, and what they accept is valid.</summary>
public sealed class FuzzTests
{
    private const string Canary = "CANARYp4ss";

    private static readonly string[] Snippets =
    [
        "\t", "\0", "\uFEFF", "\r\n", "\r", ": ", "- ", "[", "]", "{", "}", "'", "\"", "&a ", "*a", "!!x ", "---\n", "...\n", "|\n ", ">\n", "? ",
        "#", "%YAML 9.9\n", "\\", "\\U00110000", "${env:X}", "${credential:..}", "null", "~", "1e999", "-1", "🎥", "\uE000", "\u2028", "@", "`", ",",
        "<<: ", "streams:\n", "pose: { ", "\"\\x", "'''", "    ",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Load_MutatedManual_NeverThrowsAndAcceptsOnlyWhatIsValid(int seed)
    {
        var manual = File.ReadAllText(Path.Combine(Repo.Root, "config", "edgepose.yaml"));
        var plain = string.Join('\n', manual.Split('\n').Where(l => !l.TrimStart().StartsWith("# ", StringComparison.Ordinal) && !l.Contains("password", StringComparison.Ordinal))
            .Select(l => l.Replace("#", "", StringComparison.Ordinal)));
        Assert.NotNull(Loading.Load(plain).Config);
        var random = new Random(seed);
        var accepted = 0;
        for (var i = 0; i < 400; i++)
        {
            var bytes = Mutate(Encoding.UTF8.GetBytes(plain), random);
            var result = Loading.Load(bytes, new Dictionary<string, string>());
            Assert.Equal(result.Config is null, result.Problems.Any(p => p.Severity == Severity.Error));
            Assert.All(result.Problems, p => Assert.True(p.Problem.Length > 0 && !p.ToString().Any(c => char.IsControl(c))));
            if (result.Config is { } config) { accepted++; AssertValid(config); }
        }
        // A fuzz run in which nothing is accepted tests nothing but the first check.
        Assert.InRange(accepted, 1, 799);
    }

    [Fact]
    public void Load_SecretBetweenMutations_IsNeverShown()
    {
        var random = new Random(4);
        var yaml = $"node: hall\nmqtt:\n  url: mqtts://u:{Canary}1@broker.lan\n  insecure: false\nstreams:\n  front:\n    url: rtsp://cam/s\n    user: u\n    password: {Canary}2\n    fps: 5\n";
        for (var i = 0; i < 2000; i++)
        {
            // Whole lines are swapped, indented and broken, the secrets themselves stay in one piece.
            var lines = yaml.Split('\n').ToList();
            var at = random.Next(lines.Count);
            if (!lines[at].Contains(Canary, StringComparison.Ordinal)) { lines[at] = lines[at].Insert(random.Next(lines[at].Length + 1), Snippets[random.Next(Snippets.Length)]); }
            (lines[at], lines[random.Next(lines.Count)]) = (lines[random.Next(lines.Count)], lines[at]);
            var result = Loading.Load(string.Join('\n', lines));
            Assert.DoesNotContain(Canary, Loading.Texts(result), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Catalog_MutatedDescriptors_NeverThrow()
    {
        var random = new Random(5);
        var descriptors = Directory.GetFiles(Path.Combine(Repo.Root, "models"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        for (var i = 0; i < 2000; i++)
        {
            var problems = new ProblemList();
            var model = DescriptorReader.Read(Mutate(descriptors[i % descriptors.Count], random), "/models/centernet-person.yaml", problems);
            Assert.Equal(model is null, problems.HasErrors);
            if (model is not null) { Assert.True(ModelFile.IsPlainName(model.File)); }
        }
    }

    private static void AssertValid(EdgePoseConfig c)
    {
        Assert.True(Scalars.IsId(c.Node));
        Assert.NotEmpty(c.Streams);
        Assert.All(c.Streams, s => Assert.True(Scalars.IsId(s.Id) && s.Source.Url.Length > 0 && s.Source.Fps is 0 or >= 0.1 and <= 240 && s.Pose.MaxPeople is >= 1 and <= 200));
        Assert.All(c.Streams, s => Assert.True(s.Source.Url[0] == '/' || StreamUrl.Schemes.Contains(s.Source.Url.Split(':')[0])));
        Assert.All(c.Streams, s => Assert.DoesNotContain(s.Source.Url, ch => char.IsControl(ch) || ch is '\'' or '"'));
    }

    private static byte[] Mutate(byte[] source, Random random)
    {
        var bytes = source.ToList();
        for (var n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Snippets[random.Next(Snippets.Length)])); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), Math.Min(random.Next(1, 60), bytes.Count / 2))); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            }
        }
        return [.. bytes];
    }
}
