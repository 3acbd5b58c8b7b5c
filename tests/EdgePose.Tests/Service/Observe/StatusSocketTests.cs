using System.Net.Sockets;
using System.Text.Json;
using EdgePose.Service.Observe;
using EdgePose.Tests.Sinks.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Service.Observe;

public sealed class StatusSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("status-").FullName;
    private readonly NodeSnapshot _node = MetricsTests.Node(MetricsTests.Stream("front"), MetricsTests.Stream("back"));
    private int _taken;

    private string SocketFile => Path.Combine(_folder, "run", "status.sock");

    private StatusSocket Open(string? path = null) =>
        StatusSocket.TryOpen(path ?? SocketFile, () => { Interlocked.Increment(ref _taken); return _node; }, TimeProvider.System, NullLogger.Instance, out var problem)
        ?? throw new InvalidOperationException(problem);

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketFile));
        return socket;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition()) { await Task.Delay(10, limit.Token); }
    }

    [Fact]
    public async Task Client_GetsASnapshotAtOnceAndThenEachSecond()
    {
        await using var socket = Open();
        using var client = Connect();
        using var reader = new StreamReader(new NetworkStream(client));
        for (var i = 0; i < 2; i++)
        {
            var line = await reader.ReadLineAsync().WaitAsync(Patience);
            Assert.Empty(PublishedSchema.Load("top.v1").Check(line!));
            var node = JsonSerializer.Deserialize(line!, SnapshotJson.Default.NodeSnapshot)!;
            Assert.Equal(("edgepose.top/1", "hall", 2), (node.Schema, node.Node, node.Streams.Count));
            Assert.Equal((3, 37L), (node.Streams[0].People, node.Streams[0].Dropped.Single(d => d.Reason == "newer_frame").Value));
        }
        Assert.Equal(1, socket.Clients);
    }

    [Fact]
    public async Task File_HasMode0660_AndIsGoneAfterwards()
    {
        await using (Open())
        {
            Assert.Equal("0660", Convert.ToString((int)File.GetUnixFileMode(SocketFile), 8).PadLeft(4, '0'));
        }
        Assert.False(File.Exists(SocketFile));
    }

    [Fact]
    public async Task Snapshot_WithoutClients_IsNeverTaken()
    {
        await using var socket = Open();
        await Task.Delay(1200);
        Assert.Equal(0, _taken);
    }

    [Fact]
    public async Task Clients_BeyondTheLimit_AreTurnedAwayAndCounted()
    {
        await using var socket = Open();
        var clients = new List<Socket>();
        for (var i = 0; i < StatusSocket.MostClients; i++) { clients.Add(Connect()); }
        await UntilAsync(() => socket.Clients == StatusSocket.MostClients);
        using var extra = Connect();
        Assert.Equal(0, await extra.ReceiveAsync(new byte[10]).WaitAsync(Patience));
        Assert.Equal(1, socket.Refused);
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Client_ThatLeaves_MakesRoom()
    {
        await using var socket = Open();
        for (var round = 0; round < 2; round++)
        {
            var clients = Enumerable.Range(0, StatusSocket.MostClients).Select(_ => Connect()).ToList();
            await UntilAsync(() => socket.Clients == StatusSocket.MostClients);
            clients.ForEach(c => c.Dispose());
            await UntilAsync(() => socket.Clients == 0);
        }
        Assert.Equal(0, socket.Refused);
    }

    [Fact]
    public async Task StaleFile_OfAKilledDaemon_IsReplaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketFile)!);
        // A socket that is bound and closed without unlinking, as after kill -9.
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketFile + ".x"));
            dead.Listen();
            File.Move(SocketFile + ".x", SocketFile);
        }
        Assert.True(File.Exists(SocketFile));
        await using var socket = Open();
        using var client = Connect();
        Assert.True(await client.ReceiveAsync(new byte[10]).WaitAsync(Patience) > 0);
    }

    [Fact]
    public async Task LivingDaemon_IsNotDisplaced()
    {
        await using var first = Open();
        Assert.Null(StatusSocket.TryOpen(SocketFile, () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.Equal("another daemon answers there", problem);
        using var client = Connect();
        Assert.True(await client.ReceiveAsync(new byte[10]).WaitAsync(Patience) > 0);
    }

    [Fact]
    public void OtherFile_IsLeftAlone()
    {
        var path = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(path, "");
        Assert.Null(StatusSocket.TryOpen(path, () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.Contains("no socket", problem, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Pipe_InThePlace_IsLeftAloneAndNotOpened()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketFile)!);
        Assert.Equal(0, Settings.Files.PathTrustTests.MakePipe(SocketFile, 0x180));
        Assert.Null(StatusSocket.TryOpen(SocketFile, () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.Equal("there is a file that is no socket", problem);
        Assert.True(File.Exists(SocketFile));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("link to nothing")]
    public void SomethingElse_InThePlace_IsLeftAlone(string what)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketFile)!);
        if (what == "folder") { Directory.CreateDirectory(SocketFile); }
        else { File.CreateSymbolicLink(SocketFile, what == "link" ? "/etc/passwd" : "/nonexistent/x"); }
        var before = File.GetUnixFileMode("/etc/passwd");
        Assert.Null(StatusSocket.TryOpen(SocketFile, () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.Contains("no socket", problem, StringComparison.Ordinal);
        Assert.Equal(before, File.GetUnixFileMode("/etc/passwd"));
    }

    [Fact]
    public void Folder_ThatEverybodyMayWriteTo_IsRefused()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "open")).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        Assert.Null(StatusSocket.TryOpen(Path.Combine(folder, "status.sock"), () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.Contains("everybody may write to", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OfAPlaceThatAnotherUserCouldPrepare_AsksNobody()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "open")).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stranger.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "status.sock")));
        stranger.Listen();
        var e = await Assert.ThrowsAsync<EdgePose.Domain.UserError>(() => StatusClient.ConnectAsync(Path.Combine(folder, "status.sock"), CancellationToken.None));
        Assert.Contains("everybody may write to", e.Message, StringComparison.Ordinal);
        Assert.Contains("--socket", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"schema\":\"edgepose.top/1\"}")]
    [InlineData("not json")]
    [InlineData("{\"schema\":\"edgepose.top/1\",\"node\":\"\u001b[2J\"}")]
    public void Parse_SomethingElse_IsNoDaemon(string line) =>
        Assert.Contains("no edgepose daemon", Assert.Throws<EdgePose.Domain.UserError>(() => StatusClient.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void Folder_ThatCannotBeMade_IsAProblemNotAnException()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Assert.Null(StatusSocket.TryOpen(Path.Combine(_folder, "file", "status.sock"), () => null, TimeProvider.System, NullLogger.Instance, out var problem));
        Assert.NotEqual("", problem);
    }

    [Theory]
    [InlineData("RUNTIME_DIRECTORY", "/run/edgepose:/run/other", "/run/edgepose/status.sock")]
    public void Path_UnderSystemd_IsInItsRuntimeDirectory(string name, string value, string expected) =>
        Assert.Equal(expected, SocketPath.ForDaemon(n => n == name ? value : null));

    [Fact]
    public void Path_OfAClient_LooksWhereADaemonMayBe()
    {
        var paths = SocketPath.ForClient(n => n == "XDG_RUNTIME_DIR" ? "/run/user/1000" : null);
        Assert.Contains("/run/edgepose/status.sock", paths);
        Assert.Contains("/run/user/1000/edgepose/status.sock", paths);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
