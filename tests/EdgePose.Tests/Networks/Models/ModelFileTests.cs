using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Models;
using EdgePose.TestSupport;
using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Networks.Models;

public sealed class ModelFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    public void Dispose() => _folder.Dispose();

    private string ModelPath => Path.Combine(_folder.Path, "m.onnx");

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private ModelDescriptor Model(string sha, string? path = null) => new()
    {
        Name = "m", Kind = HeatmapFamily.Kind, Path = path ?? ModelPath, File = "m.onnx", Sha256 = sha,
        Input = new HeatmapFamily().Input, Decode = new ModelDecode(), Source = "somewhere",
    };

    private static UserError Refused(ModelDescriptor model)
    {
        var e = Assert.Throws<UserError>(() => ModelFile.ReadVerified(model));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.StartsWith("model m: ", e.Message, StringComparison.Ordinal);
        return e;
    }

    [Fact]
    public void ReadVerified_PinnedHash_ReturnsTheBytes()
    {
        File.WriteAllBytes(ModelPath, _content);
        Assert.Equal(_content, ModelFile.ReadVerified(Model(Hash(_content))));
    }

    [Fact]
    public void ReadVerified_AnyBitFlipped_IsRefusedNamingBothHashes()
    {
        var expected = Hash(_content);
        foreach (var bit in (int[])[0, 4321, 7999])
        {
            var flipped = _content.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(ModelPath, flipped);
            var e = Refused(Model(expected));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
            Assert.Contains(Hash(flipped), e.Message, StringComparison.Ordinal);
            Assert.Contains("somewhere", e.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ReadVerified_TruncatedEmptyOrMissing_IsRefused()
    {
        File.WriteAllBytes(ModelPath, _content[..999]);
        Assert.Contains("SHA-256", Refused(Model(Hash(_content))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(ModelPath, []);
        Assert.Contains("is empty", Refused(Model(Hash([]))).Message, StringComparison.Ordinal);
        File.Delete(ModelPath);
        Assert.Contains("cannot be read (FileNotFoundException)", Refused(Model(Hash(_content))).Message, StringComparison.Ordinal);
        Assert.Contains("is not installed", Refused(Model(Hash(_content), "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadVerified_LargerThanTheLimit_IsRefusedWithoutReadingIt()
    {
        using (var sparse = File.Create(ModelPath)) { sparse.SetLength(ModelFile.MaxBytes + 1); }
        Assert.Contains("at most", Refused(Model(Hash(_content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadVerified_SymbolicLink_IsRefused()
    {
        var real = Path.Combine(_folder.Path, "real.onnx");
        File.WriteAllBytes(real, _content);
        File.CreateSymbolicLink(ModelPath, real);
        Assert.Contains("is a symbolic link", Refused(Model(Hash(_content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadVerified_ConvertedModel_NeedsTheRecordedHash()
    {
        File.WriteAllBytes(ModelPath, _content);
        var e = Refused(Model(""));
        Assert.Contains("no valid hash is recorded in", e.Message, StringComparison.Ordinal);
        Assert.Contains("./build.sh setup", e.Hint, StringComparison.Ordinal);

        foreach (var record in (string[])[Hash(_content), Hash(_content) + "  m.onnx\n", Hash(_content).ToUpperInvariant() + " *m.onnx\r\n"])
        {
            File.WriteAllText(ModelPath + ModelFile.RecordSuffix, record);
            Assert.Equal(_content, ModelFile.ReadVerified(Model("")));
        }
        foreach (var record in (string[])["", "hello", Hash(_content) + "  other.onnx", Hash(_content)[1..], Hash(_content) + " m.onnx x"])
        {
            File.WriteAllText(ModelPath + ModelFile.RecordSuffix, record);
            Assert.Contains("no valid hash", Refused(Model("")).Message, StringComparison.Ordinal);
        }
        File.WriteAllText(ModelPath + ModelFile.RecordSuffix, Hash([1]));
        Assert.Contains("the record beside it says " + Hash([1]), Refused(Model("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InstallHint_OfEveryListedModel_IsACommandAndSaysWhereTheFileIsWhenNoneFetchesIt()
    {
        foreach (var model in ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Models)
        {
            var hint = ModelFile.InstallHint(model);
            Assert.Matches(@"edgepose models (pull|import)|build\.sh setup", hint);
            var fetched = hint.StartsWith("edgepose models pull", StringComparison.Ordinal) || hint.Contains("setup", StringComparison.Ordinal);
            Assert.True(fetched || hint.Contains(model.Source, StringComparison.Ordinal) || hint.Contains("https://", StringComparison.Ordinal), $"{model.Name}: {hint}");
        }
    }

    [Theory]
    [InlineData("litepose-xs")]
    [InlineData("litepose-m")]
    public void InstallHint_FamilyWithCheckpoints_NamesTheAuthorsPlaceAndTheImport(string name)
    {
        var hint = ModelFile.InstallHint(ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get(name));
        Assert.StartsWith("get the authors' checkpoint (the README of github.com/mit-han-lab/litepose; this file: ", hint, StringComparison.Ordinal);
        Assert.EndsWith($"edgepose models import CHECKPOINT --as litepose --out FOLDER/{name}.onnx", hint, StringComparison.Ordinal);
    }
}
