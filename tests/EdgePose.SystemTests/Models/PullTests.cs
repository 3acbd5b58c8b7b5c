using System.IO.Compression;
using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks;
using EdgePose.Workshop.Models;

namespace EdgePose.SystemTests.Models;

/// <summary>Downloads from a server that behaves, misbehaves, and breaks off. Whatever happens, nothing that looks complete is wrong.</summary>
public sealed class PullTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pull-").FullName;
    private readonly byte[] _model = new byte[300_000];
    private readonly HttpFetch _http = new() { Silence = TimeSpan.FromSeconds(2) };
    private ModelServer _server = null!;

    private string Target => Path.Combine(_folder, "m.onnx");

    public async ValueTask InitializeAsync()
    {
        new Random(1).NextBytes(_model);
        _server = await ModelServer.StartAsync();
        _server.Content = _model;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("/file")]
    [InlineData("/moved")]
    public async Task Pull_GoodFile_IsInstalledUnderItsName(string path)
    {
        var progress = new Steps();
        var result = await PullAsync(Model(path), progress);
        Assert.Equal((Target, 300_000L, false), (result.Path, result.Bytes, result.AlreadyInstalled));
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
        OnlyTheModel();
        Assert.Equal(new DownloadProgress(300_000, 300_000), progress.Last);
        Assert.True((await PullAsync(Model(path))).AlreadyInstalled);
        Assert.Single(_server.Ranges);
    }

    [Fact]
    public async Task Pull_ConnectionThatBreaksOff_GoesOnByItself()
    {
        (_server.CutAfter, _server.Cuts) = (100_000, 2);
        await PullAsync(Model("/file"));
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
        Assert.Equal(3, _server.Ranges.Count);
        Assert.All(_server.Ranges.Skip(1), r => Assert.StartsWith("bytes=", r, StringComparison.Ordinal));
        OnlyTheModel();
    }

    [Fact]
    public async Task Pull_AfterATruncation_ContinuesWhereItEnded()
    {
        _server.CutAfter = 50_000;
        var e = await RefusesAsync(Model("/file"), "cannot be fetched");
        Assert.Contains("it continues after", e.Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        var part = new FileInfo(Path.Combine(_folder, ".m.onnx.partial")).Length;
        Assert.InRange(part, 1, 299_999);

        _server.CutAfter = 0;
        await PullAsync(Model("/file"));
        Assert.Equal($"bytes={part}-", _server.Ranges.Last());
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
        OnlyTheModel();
    }

    [Fact]
    public async Task Pull_FileExchangedSinceTheTruncation_StartsAnew()
    {
        var old = _model.Select(b => (byte)~b).ToArray();
        (_server.Content, _server.Tag, _server.CutAfter) = (old, "\"v0\"", 50_000);
        await RefusesAsync(Model("/file"), "cannot be fetched");
        (_server.Content, _server.Tag, _server.CutAfter) = (_model, "\"v1\"", 0);
        await PullAsync(Model("/file"));
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Pull_ServerWithoutTags_IsNeverContinued()
    {
        (_server.Tag, _server.CutAfter) = ("", 50_000);
        await RefusesAsync(Model("/file"), "cannot be fetched");
        _server.CutAfter = 0;
        await PullAsync(Model("/file"));
        Assert.Equal("", _server.Ranges.Last());
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Pull_OtherHash_DeletesWhatCame()
    {
        _server.Content = [.. _model, 0];
        var e = await RefusesAsync(Model("/file"), "has SHA-256");
        Assert.Contains(Hash(_server.Content), e.Message, StringComparison.Ordinal);
        Assert.Contains(Hash(_model), e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Pull_OtherHashBesideAnInstalledFile_LeavesThatFile()
    {
        await File.WriteAllTextAsync(Target, "another version");
        _server.Content = [1, 2, 3];
        await RefusesAsync(Model("/file"), "has SHA-256");
        Assert.Equal("another version", await File.ReadAllTextAsync(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("/nowhere", "404 NotFound")]
    [InlineData("/secret", "403 Forbidden")]
    [InlineData("/broken", "503 ServiceUnavailable")]
    [InlineData("/loop", "more than 5 redirects")]
    [InlineData("/away", "leads to http://example.org/m.onnx, which is not https")]
    [InlineData("/silent", "no byte came for 2 s")]
    public async Task Pull_RefusingServer_IsAnErrorThatSaysSo(string path, string problem)
    {
        await RefusesAsync(Model(path), problem);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Pull_NobodyThere_NamesTheAddress()
    {
        await RefusesAsync(Model("/file") with { Download = new ModelDownload("http://127.0.0.1:1/file", "") }, "http://127.0.0.1:1/file cannot be fetched");
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Pull_DiskFull_LeavesNothing()
    {
        var e = await RefusesAsync(Model("/file"), "No space left on device", (path, mode) => new FullDisk(path, mode, 100_000));
        Assert.Contains("free some space", e.Hint, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Pull_Archive_TakesTheOneFileOutOfIt()
    {
        _server.Content = Zip(("2023/deploy.json", [1]), ("2023/rtmpose/end2end.onnx", _model));
        await PullAsync(Model("/file", "end2end.onnx"));
        Assert.Equal(_model, await File.ReadAllBytesAsync(Target));
        OnlyTheModel();
    }

    [Theory]
    [InlineData("none", "holds 0 files called end2end.onnx")]
    [InlineData("two", "holds 2 files called end2end.onnx")]
    [InlineData("noise", "not a sound ZIP file")]
    [InlineData("other", "has SHA-256")]
    public async Task Pull_WrongArchive_LeavesNothing(string form, string problem)
    {
        _server.Content = form switch
        {
            "none" => Zip(("a.onnx", _model)),
            "two" => Zip(("a/end2end.onnx", _model), ("b/end2end.onnx", _model)),
            "noise" => _model,
            _ => Zip(("a/end2end.onnx", [1, 2, 3])),
        };
        await RefusesAsync(Model("/file", "end2end.onnx"), problem);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Pull_ModelWithoutAddressOrHash_IsRefusedWithTheNextStep()
    {
        var noAddress = await RefusesAsync(Model("/file") with { Download = null }, "names no address");
        Assert.NotEmpty(noAddress.Hint);
        var noHash = await RefusesAsync(Model("/file") with { Sha256 = "", HashUnknown = true }, "no SHA-256 of it is known");
        Assert.Contains("models import FILE --as onnx --name m", noHash.Hint, StringComparison.Ordinal);
        Assert.Empty(_server.Ranges);
    }

    [Fact]
    public async Task Pull_FileAboveTheLimit_IsNotTaken()
    {
        var e = await Assert.ThrowsAsync<UserError>(() => _http.FetchAsync(new Uri(_server.Address + "/file"),
            new PartialFile(Path.Combine(_folder, "p"), (p, m) => new FileStream(p, m)), 1000, null, CancellationToken.None));
        Assert.Contains("at most 1000 are taken", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_Cancelled_KeepsWhatCanBeContinued()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Steps { At = p => { if (p.Received > 0) { stop.Cancel(); } } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ModelFetcher(_http, _folder, progress).RunAsync(Model("/file"), stop.Token));
        Assert.False(File.Exists(Target));
    }

    private Task<DownloadedModel> PullAsync(ModelDescriptor model, IProgress<DownloadProgress>? progress = null) =>
        new ModelFetcher(_http, _folder, progress).RunAsync(model, CancellationToken.None);

    private async Task<UserError> RefusesAsync(ModelDescriptor model, string problem, Func<string, FileMode, Stream>? open = null)
    {
        var e = await Assert.ThrowsAsync<UserError>(() => new ModelFetcher(_http, _folder, null, open).RunAsync(model, CancellationToken.None));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        return e;
    }

    private void OnlyTheModel() => Assert.Equal([Target], Directory.GetFiles(_folder));

    private ModelDescriptor Model(string path, string archive = "") => new()
    {
        Name = "m", Kind = HeatmapFamily.Kind, Path = "", File = "m.onnx", Sha256 = Hash(_model), Input = new HeatmapFamily().Input,
        Decode = new ModelDecode(), Source = "here", Download = new ModelDownload(_server.Address + path, archive),
    };

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    private sealed class Steps : IProgress<DownloadProgress>
    {
        public Action<DownloadProgress> At { get; init; } = _ => { };
        public DownloadProgress Last { get; private set; }

        public void Report(DownloadProgress value)
        {
            Last = value;
            At(value);
        }
    }

    /// <summary>A file on a disk with little room left.</summary>
    private sealed class FullDisk(string path, FileMode mode, long room) : FileStream(path, mode, FileAccess.Write)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position + buffer.Length > room ? throw new IOException("No space left on device") : base.WriteAsync(buffer, cancellationToken);
    }
}
